/** Where a site or corridor lies: drawn on the map, or typed; with undo and redo. */

import { useEffect, useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import { useLook } from '../../app/look'
import { parsePositions, writePosition } from '../../draw/coordinates'
import { withPoints, type Shape } from '../../draw/shape'
import { Field } from '../../fields/Field'
import { number } from '../../i18n/format'
import { Icon } from '../../ui/icons'
import { Text } from './parts'

interface Props {
  readonly title?: string
  /** A line without a width. */
  readonly plain?: boolean
  readonly shape: Shape
  readonly drawing: boolean
  readonly canUndo: boolean
  readonly canRedo: boolean
  readonly onShape: (shape: Shape) => void
  readonly onDrawing: (drawing: boolean) => void
  readonly onUndo: () => void
  readonly onRedo: () => void
}

export function LineBox({ title, plain = false, shape, drawing, canUndo, canRedo, onShape, onDrawing, onUndo, onRedo }: Props) {
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
  const most = shape.kind === 'circle' ? 1 : Infinity
  return (
    <fieldset className="zone-group">
      <legend>{title ?? t('network_place')}</legend>
      <div className="decide-buttons">
        <Button className={drawing ? 'main-button' : 'quiet-button'} onPress={() => onDrawing(!drawing)}>
          {t(drawing ? 'draw_stop' : 'draw_start')}
        </Button>
        <Button className="icon-button" aria-label={t('airspace_undo')} isDisabled={!canUndo} onPress={onUndo}>
          <Icon name="undo" />
        </Button>
        <Button className="icon-button" aria-label={t('airspace_redo')} isDisabled={!canRedo} onPress={onRedo}>
          <Icon name="redo" />
        </Button>
      </div>
      <div className="zone-grid">
        {shape.kind === 'circle' && <Text label={t('network_radius')} type="number" value={String(shape.radius_m)} onChange={(value) => onShape({ ...shape, radius_m: Number(value) })} />}
        {shape.kind === 'corridor' && !plain && <Text label={t('draw_width')} type="number" value={String(shape.width_m)} onChange={(value) => onShape({ ...shape, width_m: Number(value) })} />}
      </div>
      <Field label={t('draw_points')}>
        {(id) => (
          <>
            <textarea
              id={id}
              className="mono zone-points"
              rows={shape.kind === 'circle' ? 1 : Math.min(9, Math.max(3, shape.points.length + 1))}
              spellCheck={false}
              value={typed ?? written}
              aria-describedby={`${id}-help`}
              onChange={(event) => {
                const text = event.target.value
                setTyped(text)
                const found = parsePositions(text)
                if (!('points' in found)) return
                const points = found.points.slice(0, most)
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
    </fieldset>
  )
}
