/** Named quantities side by side, the largest first. */

import { useLook } from '../app/look'
import { number } from '../i18n/format'

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
  const top = Math.max(1e-9, ...shown.map((item) => item.value))
  return (
    <svg className="chart" viewBox={`0 0 ${WIDTH} ${shown.length * ROW + 4}`} role="img" aria-label={`${label}: ${shown.map((item) => `${item.name} ${item.words ?? number(lang, item.value, decimals)}`).join(', ')}`}>
      {shown.map((item, i) => {
        const length = (item.value / top) * (WIDTH - NAMES - 80)
        return (
          <g key={`${item.name}${i}`}>
            <title>{`${item.name}: ${item.words ?? number(lang, item.value, decimals)}`}</title>
            <text className="chart-text" x={NAMES - 10} y={i * ROW + 18} textAnchor="end">
              {item.name.length > 34 ? `${item.name.slice(0, 33)}…` : item.name}
            </text>
            <rect className="series-1" x={NAMES} y={i * ROW + 5} width={Math.max(1, length)} height={ROW - 9} />
            <text className="chart-value" x={NAMES + length + 8} y={i * ROW + 18}>
              {item.words ?? number(lang, item.value, decimals)}
            </text>
          </g>
        )
      })}
    </svg>
  )
}
