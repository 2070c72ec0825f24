/** Bars over time, stacked, with a reading of the one pointed at. */

import { useState, type KeyboardEvent, type PointerEvent } from 'react'
import { useLook } from '../app/look'
import { number } from '../i18n/format'
import { ticks } from '../plan/profile'

export interface Series {
  readonly name: string
  /** Class of its colour: `series-1` … `series-4`. */
  readonly className: string
  readonly values: readonly number[]
}

interface Props {
  readonly label: string
  /** What stands under a bar, and what it is called in the reading. */
  readonly ticks: readonly string[]
  readonly names: readonly string[]
  readonly series: readonly Series[]
}

const WIDTH = 640
const HEIGHT = 220
const LEFT = 40
const TOP = 10
const BOTTOM = 26

export function BarChart({ label, ticks: under, names, series }: Props) {
  const { lang } = useLook()
  const [pointed, setPointed] = useState<number | null>(null)
  const count = names.length
  const sums = names.map((_, i) => series.reduce((sum, item) => sum + item.values[i]!, 0))
  const top = Math.max(4, ...sums) * 1.08
  const room = (WIDTH - LEFT - 8) / Math.max(1, count)
  const y = (value: number) => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM)
  const every = Math.ceil(count / 12)
  const reading = (i: number) => [names[i]!, ...series.map((item) => `${item.name} ${number(lang, item.values[i]!)}`)].join(' · ')
  const step = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -count, End: count }[event.key]
    if (by === undefined) return
    event.preventDefault()
    event.stopPropagation()
    setPointed((before) => Math.min(count - 1, Math.max(0, (before ?? (by > 0 ? -1 : count)) + by)))
  }
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const at = Math.floor((((event.clientX - box.left) / box.width) * WIDTH - LEFT) / room)
    setPointed(at >= 0 && at < count ? at : null)
  }
  return (
    <>
      <svg
        className="chart"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={count - 1}
        aria-valuenow={pointed ?? 0}
        aria-valuetext={reading(pointed ?? 0)}
        onKeyDown={step}
        onPointerMove={point}
        onPointerLeave={() => setPointed(null)}
      >
        {ticks(0, top, 4).map((value) => (
          <g key={value}>
            <line className="chart-grid" x1={LEFT} x2={WIDTH - 8} y1={y(value)} y2={y(value)} />
            <text className="chart-text" x={LEFT - 6} y={y(value) + 4} textAnchor="end">
              {number(lang, value)}
            </text>
          </g>
        ))}
        {pointed !== null && <rect className="chart-pointed" x={LEFT + pointed * room} y={TOP} width={room} height={HEIGHT - TOP - BOTTOM} />}
        {names.map((name, i) => {
          let under_y = 0
          return series.map((item) => {
            const value = item.values[i]!
            under_y += value
            return value > 0 ? <rect key={`${name}${item.name}`} className={item.className} x={LEFT + i * room + room * 0.14} y={y(under_y)} width={room * 0.72} height={Math.max(1, y(under_y - value) - y(under_y))} /> : null
          })
        })}
        {under.map((text, i) =>
          i % every === 0 ? (
            <text key={i} className="chart-text" x={LEFT + (i + 0.5) * room} y={HEIGHT - 8} textAnchor="middle">
              {text}
            </text>
          ) : null,
        )}
      </svg>
      <ul className="chart-legend" aria-hidden="true">
        {series.map((item) => (
          <li key={item.name} className={item.className}>
            {item.name}
          </li>
        ))}
      </ul>
      <p className="chart-reading">{pointed === null ? '' : reading(pointed)}</p>
    </>
  )
}
