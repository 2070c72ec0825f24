/** Rows over time: a bar a mission, a mark for now; bars are buttons, told by name, times and state. */

import { useRef, useState } from 'react'
import { beijingTime } from '../../i18n/format'
import { useLook } from '../../app/look'
import { keyFor, type Translate } from '../../i18n/translate'
import { rowAt } from '../../gantt/drag'
import { fitting, ticks, xOf, type Bar, type Row, type Scale } from '../../gantt/gantt'

const LINE_PX = 26
const PAD_PX = 5
const HEAD_PX = 28

export const missionWords = (t: Translate, state: string): string => {
  const key = keyFor('logistics_mission_state_', state)
  return key === null ? state : t(key)
}

export const hourMinute = (at_ms: number): string => beijingTime(at_ms).slice(0, 5)

interface Props {
  readonly rows: readonly Row[]
  readonly scale: Scale
  readonly now_ms: number
  readonly selected: string | null
  readonly nameOf: (bar: Bar) => string
  readonly onPick: (bar: Bar) => void
  /** Whether a bar may be given to the vehicle of a row; null where it may not be moved at all. */
  readonly mayDrop: (bar: Bar, rowId: string) => boolean | null
  readonly onDrop: (bar: Bar, rowId: string) => void
}

const DRAG_FROM_PX = 6

interface Drag {
  readonly bar: Bar
  readonly from_y: number
  readonly moved: boolean
  readonly over: number | null
}

export function GanttChart({ rows, scale, now_ms, selected, nameOf, onPick, mayDrop, onDrop }: Props) {
  const { t } = useLook()
  const [drag, setDrag] = useState<Drag | null>(null)
  const svg = useRef<SVGSVGElement>(null)
  const ended = useRef(0)
  const tops: number[] = []
  let height = HEAD_PX
  for (const row of rows) {
    tops.push(height)
    height += row.lines * LINE_PX + 2 * PAD_PX
  }
  const overOf = (client_y: number) => rowAt(rows.map(rowHeight), client_y - (svg.current?.getBoundingClientRect().top ?? 0) - HEAD_PX)
  const start = (event: React.PointerEvent, bar: Bar) => {
    if (event.button !== 0 || mayDrop(bar, '') === null) return
    event.currentTarget.setPointerCapture(event.pointerId)
    setDrag({ bar, from_y: event.clientY, moved: false, over: null })
  }
  const move = (event: React.PointerEvent) => {
    if (drag === null) return
    const moved = drag.moved || Math.abs(event.clientY - drag.from_y) > DRAG_FROM_PX
    setDrag({ ...drag, moved, over: moved ? overOf(event.clientY) : null })
  }
  const drop = () => {
    if (drag === null) return
    setDrag(null)
    if (!drag.moved) return
    // The click that follows a drag picks nothing.
    ended.current = performance.now()
    const row = drag.over === null ? undefined : rows[drag.over]
    if (row !== undefined && mayDrop(drag.bar, row.id) === true) onDrop(drag.bar, row.id)
  }
  const target = drag?.over == null ? undefined : rows[drag.over]
  const allowed = drag !== null && target !== undefined && mayDrop(drag.bar, target.id) === true
  const clip = (x: number) => Math.max(0, Math.min(scale.width_px, x))
  return (
    <svg ref={svg} className="gantt" data-dragging={drag?.moved === true} width={scale.width_px} height={height} role="group" aria-label={t('logistics_title')} onKeyDown={(event) => event.key === 'Escape' && setDrag(null)}>
      <Grid scale={scale} height={height} now_ms={now_ms} />
      {drag?.over != null && target !== undefined && target.id !== drag.bar.mission.aircraft_id && (
        <g className="gantt-drop" data-allowed={allowed}>
          <rect x={0} y={tops[drag.over]} width={scale.width_px} height={rowHeight(target)} />
          {!allowed && (
            <text x={12} y={tops[drag.over]! + rowHeight(target) / 2 + 4}>
              {t('logistics_drop_no')}
            </text>
          )}
        </g>
      )}
      {rows.map((row, index) => (
        <g key={row.id}>
          <line x1={0} x2={scale.width_px} y1={tops[index]} y2={tops[index]} className="gantt-line" />
          {row.bars.map((bar) => {
            const [x0, x1] = [clip(xOf(scale, bar.from_ms)), clip(xOf(scale, bar.to_ms))]
            if (x1 <= 0 || x0 >= scale.width_px) return null
            const y = tops[index]! + PAD_PX + bar.line * LINE_PX
            const name = nameOf(bar)
            const words = t('logistics_bar', { name, from: hourMinute(bar.from_ms), to: hourMinute(bar.to_ms), state: missionWords(t, bar.state) })
            return (
              <g
                key={bar.id}
                role="button"
                tabIndex={0}
                aria-label={words}
                aria-pressed={bar.id === selected}
                className="gantt-bar"
                data-state={bar.state}
                data-late={bar.late_s !== null}
                data-selected={bar.id === selected}
                data-movable={mayDrop(bar, '') !== null}
                data-dragged={drag?.moved === true && drag.bar.id === bar.id}
                onPointerDown={(event) => start(event, bar)}
                onPointerMove={move}
                onPointerUp={drop}
                onPointerCancel={() => setDrag(null)}
                onClick={() => performance.now() - ended.current > 50 && onPick(bar)}
                onKeyDown={(event) => (event.key === 'Enter' || event.key === ' ') && (event.preventDefault(), onPick(bar))}
              >
                <title>{words}</title>
                <rect x={x0} y={y} width={Math.max(4, x1 - x0)} height={LINE_PX - 4} rx={3} />
                {x1 - x0 > 56 && (
                  <text x={x0 + 6} y={y + 15}>
                    {fitting(bar.late_s !== null ? `△ ${name}` : name, x1 - x0 - 10)}
                  </text>
                )}
              </g>
            )
          })}
        </g>
      ))}
    </svg>
  )
}

export const rowHeight = (row: { readonly lines: number }): number => row.lines * LINE_PX + 2 * PAD_PX
export const HEAD = HEAD_PX

/** A word at a tick is about so wide to either side: one that would be cut off at an edge is left out. */
const HALF_TICK_PX = 20

export function Grid({ scale, height, now_ms }: { readonly scale: Scale; readonly height: number; readonly now_ms: number }) {
  const { t } = useLook()
  const now = xOf(scale, now_ms)
  return (
    <>
      {ticks(scale).map((at) => (
        <g key={at}>
          <line x1={xOf(scale, at)} x2={xOf(scale, at)} y1={HEAD_PX} y2={height} className="gantt-grid" />
          {Math.abs(xOf(scale, at) - now) > 36 && xOf(scale, at) >= HALF_TICK_PX && xOf(scale, at) <= scale.width_px - HALF_TICK_PX && (
            <text x={xOf(scale, at)} y={18} textAnchor="middle" className="gantt-tick">
              {hourMinute(at)}
            </text>
          )}
        </g>
      ))}
      {now >= 0 && now <= scale.width_px && (
        <g>
          <line x1={now} x2={now} y1={HEAD_PX - 4} y2={height} className="gantt-now" />
          <text x={now} y={HEAD_PX - 8} textAnchor="middle" className="gantt-now-word">
            {t('logistics_now')}
          </text>
        </g>
      )}
    </>
  )
}
