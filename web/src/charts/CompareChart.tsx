/** The same few measures of several things side by side: a row each, bars on one scale a measure. */

import { useLook } from '../app/look'
import { useReading } from './useReading'

export interface Measure {
  readonly name: string
  /** Class of its colour: `series-1` … `series-4`. */
  readonly className: string
  readonly values: readonly (number | null)[]
  readonly words: (value: number) => string
  /** What a full bar is; absent: the largest there is. Measures with the same `scale` share the largest of them all. */
  readonly full?: number
  readonly scale?: string
}

const WIDTH = 640
const ROW = 26
const HEAD = 24
const NAMES = 170
/** Room for the figure after the longest bar. */
const FIGURE = 74

/** What a full bar of each measure stands for. */
export function fullOf(measures: readonly Measure[]): readonly number[] {
  const largest = ({ values }: Measure): number => Math.max(0, ...values.flatMap((value) => (value === null ? [] : [value])))
  return measures.map((measure) => {
    const alike = measure.scale === undefined ? [measure] : measures.filter(({ scale }) => scale === measure.scale)
    return measure.full ?? Math.max(1e-9, ...alike.map(largest))
  })
}

export function CompareChart({ label, names, measures }: { readonly label: string; readonly names: readonly string[]; readonly measures: readonly Measure[] }) {
  const { t } = useLook()
  const { pointed, point, onKeyDown } = useReading(names.length)
  const full = fullOf(measures)
  const room = (WIDTH - NAMES) / measures.length
  const words = (measure: Measure, i: number): string => {
    const value = measure.values[i] ?? null
    return value === null ? t('value_unknown') : measure.words(value)
  }
  const reading = (i: number) => [names[i]!, ...measures.map((measure) => `${measure.name} ${words(measure, i)}`)].join(' · ')
  return (
    <>
      <svg
        className="chart"
        viewBox={`0 0 ${WIDTH} ${HEAD + names.length * ROW + 4}`}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, names.length - 1)}
        aria-valuenow={pointed ?? 0}
        aria-valuetext={names.length === 0 ? '' : reading(pointed ?? 0)}
        onKeyDown={onKeyDown}
        onPointerLeave={() => point(null)}
      >
        {measures.map(({ name }, n) => (
          <text key={name} className="chart-text" x={NAMES + n * room} y={15}>
            {name}
          </text>
        ))}
        {names.map((name, i) => {
          const y = HEAD + i * ROW
          return (
            <g key={`${name}${i}`} onPointerEnter={() => point(i)}>
              <rect className={i === pointed ? 'chart-pointed' : 'chart-row'} x={0} y={y} width={WIDTH} height={ROW} />
              <text className="chart-text" x={NAMES - 10} y={y + 18} textAnchor="end">
                {name.length > 22 ? `${name.slice(0, 21)}…` : name}
              </text>
              {measures.map((measure, n) => {
                const value = measure.values[i] ?? null
                const x = NAMES + n * room
                const length = value === null ? 0 : Math.max(1, (value / full[n]!) * (room - FIGURE))
                return (
                  <g key={measure.name}>
                    {value !== null && <rect className={measure.className} x={x} y={y + 5} width={length} height={ROW - 10} />}
                    <text className={value === null ? 'chart-text' : 'chart-value'} x={x + length + (value === null ? 0 : 6)} y={y + 18}>
                      {words(measure, i)}
                    </text>
                  </g>
                )
              })}
            </g>
          )
        })}
      </svg>
      <p className="chart-reading">{pointed === null ? '' : reading(pointed)}</p>
    </>
  )
}
