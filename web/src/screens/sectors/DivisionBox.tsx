/** How the city is divided: the version that holds, its editor on the map, and the versions before it. */

import { useEffect, useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import type { Answer } from '../../api/client'
import { assignSectors, getLayouts, putLayout, type LayoutBody, type Position, type SectorLayout, type SectorShape } from '../../api/sectors'
import { useLook } from '../../app/look'
import { begin, redo, step, undo, type History } from '../../draw/history'
import { emptyShape, faultOf, ringOf, shapeOf, type Shape } from '../../draw/shape'
import { boxOf } from '../../draw/zoneDraft'
import { Field } from '../../fields/Field'
import { beijingDayTime, instant, localName, number } from '../../i18n/format'
import type { CityMap } from '../../map/cityMap'
import type { DraftTool } from '../../map/draftTool'
import { useAsked } from '../../panels/flight/useFlightStory'
import { Icon } from '../../ui/icons'
import { ShapeBox } from '../airspace/ShapeBox'
import { bandOf, featuresOf, groundOf } from './sectorShapes'

interface Props {
  readonly layout: SectorLayout
  readonly positions: readonly Position[]
  readonly supervises: boolean
  readonly busy: boolean
  readonly map: CityMap | null
  readonly nameOf: (positionId: string) => string
  readonly act: (work: () => Promise<Answer<unknown>>) => Promise<boolean>
  readonly onEditing: (editing: boolean) => void
}

const bodyOf = (layout: SectorLayout, first: string): LayoutBody => ({
  in_use: true,
  sectors: layout.sectors,
  fallback_position_id: layout.version === 0 ? first : layout.fallback_position_id,
  transfer_timeout_s: layout.transfer_timeout_s,
  note: '',
})

export function DivisionBox({ layout, positions, supervises, busy, map, nameOf, act, onEditing }: Props) {
  const { t, lang } = useLook()
  const [draft, setDraft] = useState<LayoutBody | null>(null)
  const past = useAsked(`versions ${layout.version}`, getLayouts, null)
  const at = instant(layout.published_at)
  const first = positions[0]?.position_id ?? ''
  const open = (next: LayoutBody | null) => {
    setDraft(next)
    onEditing(next !== null)
  }
  useEffect(() => () => onEditing(false), [onEditing])
  if (draft !== null) {
    return <Editor draft={draft} positions={positions} busy={busy} map={map} nameOf={nameOf} onChange={setDraft} onCancel={() => open(null)} onPublish={() => void act(() => putLayout(draft, layout.version)).then((done) => done && open(null))} />
  }
  return (
    <>
      <section className="sectors-pad" aria-label={t('sectors_tab_division')}>
        <h2>{layout.version === 0 ? t('sectors_none') : t('sectors_division', { n: number(lang, layout.version) })}</h2>
        {at !== null && <p className="quiet">{t('sectors_published', { name: layout.published_name ?? '', time: beijingDayTime(at) })}</p>}
        {!layout.in_use && <p className="quiet">{t('sectors_off')}</p>}
        {positions.length === 0 && <p className="quiet">{t('sectors_positions_none')}</p>}
        <ul className="sectors-list">
          {layout.sectors.map((sector) => (
            <li key={sector.sector_id}>
              <strong>{localName(lang, { name: sector.name, name_zh: sector.name_zh ?? null })}</strong> <span className="quiet">{bandOf(sector, t, lang)}</span>
              {supervises && layout.in_use ? (
                <Field label={t('sectors_position')}>
                  {(id) => <PositionSelect id={id} value={sector.position_id} positions={positions} busy={busy} onChange={(ref) => void act(() => assignSectors({ [sector.sector_id ?? '']: ref }, ''))} />}
                </Field>
              ) : (
                <span className="quiet"> {nameOf(sector.position_id)}</span>
              )}
            </li>
          ))}
        </ul>
        {layout.in_use && (
          <p>
            {t('sectors_fallback')}: <strong>{nameOf(layout.fallback_position_id)}</strong>
          </p>
        )}
        {supervises ? (
          <Button className="main-button" isDisabled={positions.length === 0} onPress={() => open(bodyOf(layout, first))}>
            {t('sectors_edit')}
          </Button>
        ) : (
          <p className="quiet">{t('sectors_supervisor_only')}</p>
        )}
      </section>
      {(past.value?.items.length ?? 0) > 0 && (
        <section className="sectors-pad" aria-label={t('sectors_versions')}>
          <h2>{t('sectors_versions')}</h2>
          <ul className="sectors-list">
            {past.value?.items.map((item) => {
              const when = instant(item.published_at)
              return (
                <li key={item.version}>
                  {t('sectors_division', { n: number(lang, item.version) })} · {t('sectors_count', { n: number(lang, item.sectors.length) })}
                  <span className="quiet block">
                    {t('sectors_published', { name: item.published_name ?? '', time: when === null ? '' : beijingDayTime(when) })} {item.note}
                  </span>
                  {supervises && (
                    <Button className="quiet-button" aria-label={`${t('sectors_restore')} ${item.version}`} onPress={() => open(bodyOf(item, first))}>
                      {t('sectors_restore')}
                    </Button>
                  )}
                </li>
              )
            })}
          </ul>
        </section>
      )}
    </>
  )
}

interface SelectProps {
  readonly id: string
  readonly value: string
  readonly positions: readonly Position[]
  readonly busy?: boolean
  readonly onChange: (positionId: string) => void
}

function PositionSelect({ id, value, positions, busy = false, onChange }: SelectProps) {
  const { lang } = useLook()
  return (
    <select id={id} value={value} disabled={busy} onChange={(event) => onChange(event.target.value)}>
      {positions.map((item) => (
        <option key={item.position_id} value={item.position_id}>
          {localName(lang, item)}
        </option>
      ))}
    </select>
  )
}

const datums = ['AGL', 'AMSL', 'HAE'] as const

function HeightInput({ id, value, onChange }: { readonly id: string; readonly value: number | null; readonly onChange: (value: number | null) => void }) {
  return <input id={id} type="number" min="-1000" max="20000" step="any" value={value ?? ''} onChange={(event) => onChange(event.target.value === '' ? null : Number(event.target.value))} />
}

interface EditorProps {
  readonly draft: LayoutBody
  readonly positions: readonly Position[]
  readonly busy: boolean
  readonly map: CityMap | null
  readonly nameOf: (positionId: string) => string
  readonly onChange: (draft: LayoutBody) => void
  readonly onCancel: () => void
  readonly onPublish: () => void
}

const asShape = (sector: SectorShape | undefined): Shape => {
  const ground = sector === undefined ? null : groundOf(sector)
  return ground === null ? emptyShape('polygon') : shapeOf(ground, null)
}

function Editor({ draft, positions, busy, map, nameOf, onChange, onCancel, onPublish }: EditorProps) {
  const { t, lang } = useLook()
  const [chosen, setChosen] = useState<number | null>(null)
  const [drawing, setDrawing] = useState(false)
  const [history, setHistory] = useState<History<Shape>>(() => begin(emptyShape('polygon')))
  const tool = useRef<DraftTool | null>(null)
  const [ready, setReady] = useState(false)
  const latest = useRef({ draft, chosen })
  latest.current = { draft, chosen }

  const keep = (index: number, shape: Shape) => {
    const ring = ringOf(shape)
    const { draft: now } = latest.current
    const geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon | null = shape.kind === 'fixed' ? shape.geometry : ring.length < 4 ? null : { type: 'Polygon', coordinates: [ring.map(([lon, lat]) => [Number(lon.toFixed(7)), Number(lat.toFixed(7))])] }
    onChange({ ...now, sectors: now.sectors.map((each, i) => (i === index ? { ...each, geometry, cells: null } : each)) })
  }
  const draw = (shape: Shape, join = false) => {
    const { chosen: index } = latest.current
    if (index === null) return
    setHistory((before) => step(before, shape, join))
    keep(index, shape)
  }
  const drawRef = useRef(draw)
  drawRef.current = draw
  const move = (next: History<Shape>) => {
    setHistory(next)
    if (chosen !== null) keep(chosen, next.present)
  }

  useEffect(() => {
    if (map === null) return
    let dropped = false
    map.whenReady(() => {
      if (dropped) return
      tool.current = map.startDraft({ onShape: (shape, join) => drawRef.current(shape, join), onFinish: () => setDrawing(false) })
      setReady(true)
    })
    return () => {
      dropped = true
      tool.current = null
      setReady(false)
      map.endDraft()
    }
  }, [map])
  useEffect(() => {
    const others = featuresOf(draft.sectors.filter((_, i) => i !== chosen), t, lang, nameOf)
    tool.current?.show(chosen === null ? null : history.present, { drawing, editable: chosen !== null, bad: faultOf(history.present) === 'crossing', others })
  }, [ready, draft, chosen, history, drawing, t, lang, nameOf])

  const choose = (index: number | null) => {
    const shape = asShape(index === null ? undefined : draft.sectors[index])
    setChosen(index)
    setHistory(begin(shape))
    setDrawing(index !== null && shape.kind !== 'fixed' && shape.points.length === 0)
    const box = boxOf(shape)
    if (box !== null) map?.showBox(box)
  }
  const change = (index: number, part: Partial<SectorShape>) => onChange({ ...draft, sectors: draft.sectors.map((each, i) => (i === index ? { ...each, ...part } : each)) })
  const whole = draft.sectors.every((sector) => groundOf(sector) !== null && sector.name.trim() !== '')
  return (
    <section className="sectors-pad sectors-form" aria-label={t('sectors_edit')}>
      <h2>{t('sectors_edit')}</h2>
      {draft.sectors.map((sector, index) => {
        const name = localName(lang, { name: sector.name, name_zh: sector.name_zh ?? null })
        return (
          <fieldset key={sector.sector_id ?? `new ${index}`} className="zone-group" data-chosen={chosen === index}>
            <legend>{name}</legend>
            <div className="sectors-row">
              <Field label={t('sectors_name')}>{(id) => <input id={id} value={sector.name} maxLength={80} onChange={(event) => change(index, { name: event.target.value, name_zh: null })} />}</Field>
              <Field label={t('sectors_position')}>{(id) => <PositionSelect id={id} value={sector.position_id} positions={positions} onChange={(ref) => change(index, { position_id: ref })} />}</Field>
            </div>
            <div className="sectors-row">
              <Field label={t('sectors_lower')}>{(id) => <HeightInput id={id} value={sector.lower_m ?? null} onChange={(lower_m) => change(index, { lower_m })} />}</Field>
              <Field label={t('sectors_upper')}>{(id) => <HeightInput id={id} value={sector.upper_m ?? null} onChange={(upper_m) => change(index, { upper_m })} />}</Field>
              <Field label={t('zone_form_datum')}>
                {(id) => (
                  <select id={id} value={sector.datum ?? 'AGL'} onChange={(event) => change(index, { datum: datums.find((datum) => datum === event.target.value) ?? 'AGL' })}>
                    {datums.map((datum) => (
                      <option key={datum} value={datum}>
                        {t(`datum_${datum}`)}
                      </option>
                    ))}
                  </select>
                )}
              </Field>
            </div>
            <div className="decide-buttons">
              <Button className="quiet-button" aria-pressed={chosen === index} aria-label={`${t('sectors_shape')}: ${name}`} onPress={() => choose(chosen === index ? null : index)}>
                {t('sectors_shape')}
              </Button>
              <span className="quiet">{groundOf(sector) === null ? t('sectors_no_shape') : sector.cells != null ? t('sectors_cells', { n: number(lang, sector.cells.length) }) : ''}</span>
              <Button
                className="icon-button"
                aria-label={t('sectors_remove', { name })}
                onPress={() => {
                  choose(null)
                  onChange({ ...draft, sectors: draft.sectors.filter((_, i) => i !== index) })
                }}
              >
                <Icon name="trash" />
              </Button>
            </div>
            {chosen === index && (
              <ShapeBox
                shape={history.present}
                drawing={drawing}
                canUndo={history.past.length > 0}
                canRedo={history.future.length > 0}
                onShape={draw}
                onDrawing={setDrawing}
                onUndo={() => move(undo(history))}
                onRedo={() => move(redo(history))}
              />
            )}
          </fieldset>
        )
      })}
      <Button
        className="quiet-button"
        onPress={() => {
          const n = draft.sectors.length
          onChange({ ...draft, sectors: [...draft.sectors, { name: t('sectors_new_name', { n: number(lang, n + 1) }), position_id: positions[n % Math.max(1, positions.length)]?.position_id ?? '', geometry: null, cells: null }] })
        }}
      >
        <Icon name="plus" /> {t('sectors_add')}
      </Button>
      <Field label={t('sectors_fallback')}>{(id) => <PositionSelect id={id} value={draft.fallback_position_id} positions={positions} onChange={(ref) => onChange({ ...draft, fallback_position_id: ref })} />}</Field>
      <Field label={t('sectors_timeout')}>
        {(id) => <input id={id} type="number" min="10" max="600" value={draft.transfer_timeout_s} onChange={(event) => onChange({ ...draft, transfer_timeout_s: Number(event.target.value) })} />}
      </Field>
      <Field label={t('sectors_note')}>{(id) => <input id={id} value={draft.note} maxLength={500} onChange={(event) => onChange({ ...draft, note: event.target.value })} />}</Field>
      <label className="sectors-check">
        <input type="checkbox" checked={draft.in_use} onChange={(event) => onChange({ ...draft, in_use: event.target.checked })} /> {t('sectors_in_use')}
      </label>
      <div className="decide-buttons">
        <Button className="main-button" isDisabled={busy || !whole} onPress={onPublish}>
          {t('sectors_publish')}
        </Button>
        <Button className="quiet-button" onPress={onCancel}>
          {t('sectors_edit_cancel')}
        </Button>
      </div>
    </section>
  )
}
