/** Named quantities side by side, the largest first; read by pointing or by arrow keys. */

import { useLook } from '../app/look'
import { number } from '../i18n/format'
import { useReading } from './useReading'

interface Item {
  readonly name: string
  readonly value: number
  readonly words?: string
}

const WIDTH = 640
const ROW = 26
const NAMES = 250
const MOST = 10

export function RankChart({ label, items, decimals = 0 }: { readonly label: string; readonly items: readonly Item[]; readonly decimals?: number }) {
  const { lang } = useLook()
  const shown = items.slice(0, MOST)
  const { pointed, point, onKeyDown } = useReading(shown.length)
  const top = Math.max(1e-9, ...shown.map((item) => item.value))
  const words = (item: Item) => item.words ?? number(lang, item.value, decimals)
  const reading = (item: Item | undefined) => (item === undefined ? '' : `${item.name} · ${words(item)}`)
  return (
    <>
      <svg
        className="chart"
        viewBox={`0 0 ${WIDTH} ${shown.length * ROW + 4}`}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, shown.length - 1)}
        aria-valuenow={pointed ?? 0}
        aria-valuetext={reading(shown[pointed ?? 0])}
        onKeyDown={onKeyDown}
        onPointerLeave={() => point(null)}
      >
        {shown.map((item, i) => {
          const length = (item.value / top) * (WIDTH - NAMES - 80)
          return (
            <g key={`${item.name}${i}`} onPointerEnter={() => point(i)}>
              <rect className={i === pointed ? 'chart-pointed' : 'chart-row'} x={0} y={i * ROW} width={WIDTH} height={ROW} />
              <text className="chart-text" x={NAMES - 10} y={i * ROW + 18} textAnchor="end">
                {item.name.length > 34 ? `${item.name.slice(0, 33)}…` : item.name}
              </text>
              <rect className="series-1" x={NAMES} y={i * ROW + 5} width={Math.max(1, length)} height={ROW - 9} />
              <text className="chart-value" x={NAMES + length + 8} y={i * ROW + 18}>
                {words(item)}
              </text>
            </g>
          )
        })}
      </svg>
      <p className="chart-reading">{pointed === null ? '' : reading(shown[pointed])}</p>
    </>
  )
}
