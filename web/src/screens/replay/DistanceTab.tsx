/** Two flights, and how far apart they were. */

import { useMemo, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { Button } from 'react-aria-components'
import { getDistances, type Distances } from '../../api/replay'
import { useLook } from '../../app/look'
import { beijingTime, number, quantity } from '../../i18n/format'
import type { IndexItem } from '../../live/protocol'
import { useAsked } from '../../panels/flight/useFlightStory'
import { ticks } from '../../plan/profile'
import { problemWords } from '../../ui/problem'
import type { ReplayControl } from './useReplay'

interface Props {
  readonly replay: ReplayControl
  readonly flights: readonly IndexItem[]
  readonly a: string | null
  readonly b: string | null
  readonly onChoose: (slot: 'a' | 'b', trackId: string | null) => void
}

const WIDTH = 340
const HEIGHT = 190
const LEFT = 44
const RIGHT = 8
const TOP = 8
const BOTTOM = 20
/** A pair that never came nearer than this is shown whole. */
const FAR_M = 1_000

export function DistanceTab({ replay, flights, a, b, onChoose }: Props) {
  const { t, lang } = useLook()
  const { from_ms, to_ms } = replay
  const key = a === null || b === null || a === b ? null : `${a} ${b} ${from_ms} ${to_ms}`
  const told = useAsked(key, () => getDistances(a ?? '', b ?? '', from_ms, to_ms), null)
  const select = (slot: 'a' | 'b', chosen: string | null) => (
    <label className="replay-choice">
      <span>{t(slot === 'a' ? 'replay_flight_a' : 'replay_flight_b')}</span>
      <select value={chosen ?? ''} onChange={(event) => onChoose(slot, event.target.value === '' ? null : event.target.value)}>
        <option value="">{t('replay_flight_none')}</option>
        {chosen !== null && !flights.some((item) => item.track_id === chosen) && <option value={chosen}>{chosen}</option>}
        {flights.map((item) => (
          <option key={item.track_id} value={item.track_id}>
            {item.registration ?? item.track_id}
          </option>
        ))}
      </select>
    </label>
  )
  return (
    <>
      {select('a', a)}
      {select('b', b)}
      <p className="note">{t('replay_choose_hint')}</p>
      {key !== null && told.value === null && told.problem === null && <p className="quiet">{t('replay_distance_waiting')}</p>}
      {told.problem !== null && <p className="aged">{t('replay_distance_failed', { reason: problemWords(t, lang, told.problem) })}</p>}
      {told.value !== null && (told.value.closest === null ? <p className="quiet">{t('replay_distance_never')}</p> : <Chart found={told.value} replay={replay} />)}
    </>
  )
}

function Chart({ found, replay }: { readonly found: Distances; readonly replay: ReplayControl }) {
  const { t, lang } = useLook()
  const [pointed, setPointed] = useState<number | null>(null)
  const times = useMemo(() => found.at.map((text) => Date.parse(text)), [found])
  const first = times[0] ?? 0
  const span = Math.max(1, (times[times.length - 1] ?? 1) - first)
  const top = useMemo(() => {
    const nearest = found.closest?.horizontal_m ?? 0
    if (nearest > FAR_M) return Math.max(...found.horizontal_m) * 1.1
    // What matters is near: a pair that starts kilometres apart must not flatten the approach.
    return Math.max(found.minimum.horizontal_m * 4, nearest * 3, 100)
  }, [found])
  const x = (at_ms: number) => LEFT + ((at_ms - first) / span) * (WIDTH - LEFT - RIGHT)
  const y = (value: number) => TOP + (1 - Math.min(1, value / top)) * (HEIGHT - TOP - BOTTOM)
  const line = (values: readonly (number | null)[]) => {
    let path = ''
    let open = false
    values.forEach((value, i) => {
      const silent = i > 0 && times[i]! - times[i - 1]! > 10_000
      if (value === null || silent) open = false
      if (value === null) return
      path += `${open ? 'L' : 'M'}${x(times[i]!).toFixed(1)} ${y(value).toFixed(1)}`
      open = true
    })
    return path
  }
  const [flat, tall] = useMemo(
    () => [line(found.horizontal_m), line(found.vertical_m)],
    // The scales follow from what was found.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [found],
  )
  const closest = found.closest
  const nearestTo = (at_ms: number) => times.reduce((best, value, i) => (Math.abs(value - at_ms) < Math.abs(times[best]! - at_ms) ? i : best), 0)
  const shown = pointed ?? nearestTo(replay.cursor_ms)
  const metres = (value: number | null | undefined) => quantity(t, lang, 'unit_m', value, 1)
  const words = t('replay_reading', { time: beijingTime(times[shown]!), horizontal: metres(found.horizontal_m[shown]), vertical: metres(found.vertical_m[shown]) })
  const below = (found.horizontal_m[shown] ?? Infinity) < found.minimum.horizontal_m && (found.vertical_m[shown] ?? Infinity) < found.minimum.vertical_m
  const step = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageDown: -20, PageUp: 20 }[event.key]
    if (event.key === 'Enter') return replay.seek(times[shown]!)
    if (by === undefined) return
    event.preventDefault()
    event.stopPropagation()
    setPointed(Math.min(times.length - 1, Math.max(0, shown + by)))
  }
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const part = (((event.clientX - box.left) / box.width) * WIDTH - LEFT) / (WIDTH - LEFT - RIGHT)
    setPointed(nearestTo(first + part * span))
  }
  return (
    <>
      <svg
        className="distance-chart"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="slider"
        tabIndex={0}
        aria-label={t('replay_distance_chart', { distance: metres(closest?.distance_m ?? closest?.horizontal_m) })}
        aria-valuemin={0}
        aria-valuemax={times.length - 1}
        aria-valuenow={shown}
        aria-valuetext={words}
        onKeyDown={step}
        onPointerMove={point}
        onPointerLeave={() => setPointed(null)}
        onClick={() => replay.seek(times[shown]!)}
      >
        {ticks(0, top, 4).map((value) => (
          <g key={value}>
            <line className="chart-grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(value)} y2={y(value)} />
            <text x={LEFT - 5} y={y(value) + 3.5} textAnchor="end">
              {number(lang, value)}
            </text>
          </g>
        ))}
        <text x={LEFT} y={HEIGHT - 6}>
          {beijingTime(first)}
        </text>
        <text x={WIDTH - RIGHT} y={HEIGHT - 6} textAnchor="end">
          {beijingTime(first + span)}
        </text>
        <line className="chart-minimum" x1={LEFT} x2={WIDTH - RIGHT} y1={y(found.minimum.horizontal_m)} y2={y(found.minimum.horizontal_m)} />
        <line className="chart-minimum-vertical" x1={LEFT} x2={WIDTH - RIGHT} y1={y(found.minimum.vertical_m)} y2={y(found.minimum.vertical_m)} />
        <path className="chart-horizontal" d={flat} />
        <path className="chart-vertical" d={tall} />
        {closest !== null && <circle className="chart-closest" cx={x(Date.parse(closest.at))} cy={y(closest.horizontal_m ?? 0)} r="3.5" />}
        <path className="chart-now" d={`M${x(times[shown]!)} ${TOP}V${HEIGHT - BOTTOM}`} />
      </svg>
      <ul className="chart-key" aria-hidden="true">
        <li className="key-horizontal">{t('replay_horizontal')}</li>
        <li className="key-vertical">{t('replay_vertical')}</li>
        <li className="key-minimum">{t('replay_minimum')}</li>
      </ul>
      <p className="chart-reading" data-below={below}>
        {words}
        {below && <strong> · {t('replay_below')}</strong>}
      </p>
      {closest !== null && (
        <p className="chart-nearest">
          {t('replay_closest', { time: beijingTime(Date.parse(closest.at)), horizontal: metres(closest.horizontal_m), vertical: metres(closest.vertical_m) })}{' '}
          <Button className="link-button" onPress={() => replay.seek(Date.parse(closest.at))}>
            {t('replay_closest_go')}
          </Button>
        </p>
      )}
    </>
  )
}
