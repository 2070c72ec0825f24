/** Pairs of distances as marks on two axes, each kind with a shape and a colour of its own. */

import { useLook } from '../app/look'
import { number } from '../i18n/format'
import { ticks } from '../plan/profile'
import { useReading } from './useReading'

export interface Mark {
  readonly x: number
  readonly y: number
  readonly kind: string
  /** All that is read out when it is pointed at. */
  readonly words: string
}

export interface MarkKind {
  readonly id: string
  readonly name: string
  readonly shape: 'square' | 'triangle' | 'diamond' | 'circle'
  readonly className: string
}

interface Props {
  readonly label: string
  readonly xTitle: string
  readonly yTitle: string
  readonly marks: readonly Mark[]
  readonly kinds: readonly MarkKind[]
}

const WIDTH = 640
const HEIGHT = 250
const LEFT = 48
const TOP = 24
const BOTTOM = 40
const RIGHT = 20
const SIZE = 6

const outlines: Readonly<Record<MarkKind['shape'], (x: number, y: number) => string>> = {
  square: (x, y) => `M${x - SIZE} ${y - SIZE}h${2 * SIZE}v${2 * SIZE}h${-2 * SIZE}z`,
  triangle: (x, y) => `M${x} ${y - SIZE - 1}l${SIZE + 1} ${2 * SIZE}h${-2 * SIZE - 2}z`,
  diamond: (x, y) => `M${x} ${y - SIZE - 1}l${SIZE + 1} ${SIZE + 1}l${-SIZE - 1} ${SIZE + 1}l${-SIZE - 1} ${-SIZE - 1}z`,
  circle: (x, y) => `M${x - SIZE} ${y}a${SIZE} ${SIZE} 0 1 0 ${2 * SIZE} 0a${SIZE} ${SIZE} 0 1 0 ${-2 * SIZE} 0z`,
}

export function ScatterChart({ label, xTitle, yTitle, marks, kinds }: Props) {
  const { lang } = useLook()
  const { pointed, point, onKeyDown } = useReading(marks.length)
  const right = Math.max(10, ...marks.map((mark) => mark.x)) * 1.08
  const top = Math.max(10, ...marks.map((mark) => mark.y)) * 1.12
  const x = (value: number) => LEFT + (value / right) * (WIDTH - LEFT - RIGHT)
  const y = (value: number) => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM)
  const shown = kinds.filter(({ id }) => marks.some(({ kind }) => kind === id))
  const kindOf = (mark: Mark): MarkKind | undefined => kinds.find(({ id }) => id === mark.kind)
  return (
    <>
      <svg
        className="chart"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, marks.length - 1)}
        aria-valuenow={pointed ?? 0}
        aria-valuetext={marks[pointed ?? 0]?.words ?? ''}
        onKeyDown={onKeyDown}
        onPointerLeave={() => point(null)}
      >
        {ticks(0, top, 4).map((value) => (
          <g key={`y${value}`}>
            <line className="chart-grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(value)} y2={y(value)} />
            <text className="chart-text" x={LEFT - 6} y={y(value) + 4} textAnchor="end">
              {number(lang, value)}
            </text>
          </g>
        ))}
        {ticks(0, right, 6).map((value) => (
          <g key={`x${value}`}>
            <line className="chart-grid" x1={x(value)} x2={x(value)} y1={TOP} y2={HEIGHT - BOTTOM} />
            <text className="chart-text" x={x(value)} y={HEIGHT - BOTTOM + 16} textAnchor="middle">
              {number(lang, value)}
            </text>
          </g>
        ))}
        <text className="chart-text" x={LEFT} y={14}>
          {yTitle}
        </text>
        <text className="chart-text" x={WIDTH - RIGHT} y={HEIGHT - 6} textAnchor="end">
          {xTitle}
        </text>
        {marks.map((mark, i) => {
          const kind = kindOf(mark)
          if (kind === undefined) return null
          return (
            <g key={i} onPointerEnter={() => point(i)}>
              {i === pointed && <circle className="chart-pointed" cx={x(mark.x)} cy={y(mark.y)} r={SIZE * 2.2} />}
              <path className={kind.className} d={outlines[kind.shape](x(mark.x), y(mark.y))} />
            </g>
          )
        })}
      </svg>
      <ul className="chart-legend shapes" aria-hidden="true">
        {shown.map(({ id, name, shape, className }) => (
          <li key={id}>
            <svg viewBox="0 0 16 16">
              <path className={className} d={outlines[shape](8, 8)} />
            </svg>
            {name}
          </li>
        ))}
      </ul>
      <p className="chart-reading">{pointed === null ? '' : (marks[pointed]?.words ?? '')}</p>
    </>
  )
}
