/** The shape of a draft: kind, drawing by mouse, coordinates by keyboard, undo and redo. */

import { useEffect, useRef, useState } from 'react'
import { Button, ToggleButton, ToggleButtonGroup, Tooltip, TooltipTrigger } from 'react-aria-components'
import { useLook } from '../../app/look'
import { parsePositions, writePosition } from '../../draw/coordinates'
import { areaKm2, drawnKinds, emptyShape, withPoints, type DrawnKind, type Shape } from '../../draw/shape'
import { Field } from '../../fields/Field'
import { number } from '../../i18n/format'
import { Icon } from '../../ui/icons'

interface Props {
  readonly shape: Shape
  /** The kinds one may choose from; none: the kind is settled elsewhere. */
  readonly kinds?: readonly DrawnKind[]
  readonly drawing: boolean
  readonly canUndo: boolean
  readonly canRedo: boolean
  readonly onShape: (shape: Shape) => void
  readonly onDrawing: (drawing: boolean) => void
  readonly onUndo: () => void
  readonly onRedo: () => void
}

export function ShapeBox({ shape, kinds = drawnKinds, drawing, canUndo, canRedo, onShape, onDrawing, onUndo, onRedo }: Props) {
  const { t, lang } = useLook()
  const km2 = areaKm2(shape)
  return (
    <fieldset className="zone-group">
      <legend>{t('draw_shape')}</legend>
      <div className="draw-head">
        {kinds.length > 0 && (
          <ToggleButtonGroup
            aria-label={t('draw_shape')}
            className="chips"
            selectionMode="single"
            selectedKeys={[shape.kind]}
            onSelectionChange={(keys) => {
              const kind = kinds.find((item) => keys.has(item))
              if (kind === undefined || kind === shape.kind) return
              onShape(shape.kind === 'fixed' ? emptyShape(kind) : withPoints(emptyShape(kind), kind === 'circle' ? shape.points.slice(0, 1) : shape.points))
            }}
          >
            {kinds.map((kind) => (
              <ToggleButton key={kind} id={kind} className="quiet-button chip-button">
                {t(`draw_${kind}`)}
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
        )}
        <Tool name="undo" label={t('airspace_undo')} off={!canUndo} onPress={onUndo} />
        <Tool name="redo" label={t('airspace_redo')} off={!canRedo} onPress={onRedo} />
        <Tool name="trash" label={t('draw_clear')} off={shape.points.length === 0} onPress={() => onShape(emptyShape(shape.kind === 'fixed' ? 'polygon' : shape.kind))} />
      </div>
      {shape.kind === 'fixed' ? (
        <p className="quiet">{t('draw_fixed')}</p>
      ) : (
        <>
          <p className="quiet">{t(`draw_help_${shape.kind}`)}</p>
          <div className="decide-buttons">
            <Button className={drawing ? 'main-button' : 'quiet-button'} onPress={() => onDrawing(!drawing)}>
              {t(drawing ? 'draw_stop' : 'draw_start')}
            </Button>
            {km2 !== null && km2 > 0 && <span className="quiet">{t('draw_area', { n: number(lang, km2, km2 < 10 ? 3 : 1) })}</span>}
          </div>
          <div className="zone-grid">
            {shape.kind === 'circle' && (
              <Field label={t('draw_radius')}>
                {(id) => <input id={id} type="number" min="1" max="100000" step="any" value={shape.radius_m} onChange={(event) => onShape({ ...shape, radius_m: Number(event.target.value) })} />}
              </Field>
            )}
            {shape.kind === 'corridor' && (
              <Field label={t('draw_width')}>
                {(id) => <input id={id} type="number" min="1" max="20000" step="any" value={shape.width_m} onChange={(event) => onShape({ ...shape, width_m: Number(event.target.value) })} />}
              </Field>
            )}
          </div>
          <Points shape={shape} onShape={onShape} />
        </>
      )}
    </fieldset>
  )
}

function Tool({ name, label, off, onPress }: { readonly name: 'undo' | 'redo' | 'trash'; readonly label: string; readonly off: boolean; readonly onPress: () => void }) {
  return (
    <TooltipTrigger delay={400}>
      <Button className="icon-button" aria-label={label} isDisabled={off} onPress={onPress}>
        <Icon name={name} />
      </Button>
      <Tooltip className="tooltip">{label}</Tooltip>
    </TooltipTrigger>
  )
}

/** Positions as text: what is drawn appears here, what is typed appears on the map as soon as it can be read. */
function Points({ shape, onShape }: { readonly shape: Shape; readonly onShape: (shape: Shape) => void }) {
  const { t, lang } = useLook()
  const written = shape.points.map(writePosition).join('\n')
  const [typed, setTyped] = useState<string | null>(null)
  const last = useRef(written)
  // Drawing by mouse meanwhile takes the place of what was being typed.
  useEffect(() => {
    if (last.current !== written) setTyped(null)
    last.current = written
  }, [written])
  const read = typed === null ? null : parsePositions(typed)
  return (
    <Field label={t('draw_points')}>
      {(id) => (
        <>
          <textarea
            id={id}
            className="mono zone-points"
            rows={Math.min(9, Math.max(3, shape.points.length + 1))}
            spellCheck={false}
            value={typed ?? written}
            aria-describedby={`${id}-help`}
            onChange={(event) => {
              const text = event.target.value
              setTyped(text)
              const found = parsePositions(text)
              if (!('points' in found)) return
              const points = shape.kind === 'circle' ? found.points.slice(0, 1) : found.points
              last.current = points.map(writePosition).join('\n')
              onShape(withPoints(shape, points))
            }}
            onBlur={() => read !== null && 'points' in read && setTyped(null)}
          />
          <span id={`${id}-help`} className={read !== null && 'wrong' in read ? 'zone-wrong' : 'quiet'}>
            {read !== null && 'wrong' in read ? t('draw_points_wrong', { n: number(lang, read.wrong) }) : t('draw_points_help')}
          </span>
        </>
      )}
    </Field>
  )
}
