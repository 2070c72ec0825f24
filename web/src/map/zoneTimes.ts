/** When a zone holds, as short as a map has room for, in Beijing time; nothing for one that always holds. */

import type { ZoneProperties } from '../api/types'
import { beijingDayTime, instant } from '../i18n/format'
import { keyFor, type Translate } from '../i18n/translate'

type Time = NonNullable<ZoneProperties['applicability']>[number]

/** `11-23 14:00–16:00`, with the day once where both are on it; open ends say so. */
function span(t: Translate, time: Time): string {
  const [from, to] = [instant(time.starts_at), instant(time.ends_at)].map((at) => (at === null ? null : beijingDayTime(at).slice(5, 16)))
  if (from != null && to != null) return from.slice(0, 5) === to.slice(0, 5) ? `${from}–${to.slice(6)}` : `${from} – ${to}`
  if (from != null) return t('zone_from', { from })
  return to == null ? '' : t('zone_until', { to })
}

function weekly(t: Translate, time: Time): string[] {
  return (time.weekly ?? []).map(({ days, from, to }) => {
    const hours = `${(from ?? '00:00').slice(0, 5)}–${(to ?? '24:00').slice(0, 5)}`
    if (days === undefined || days.length === 0 || days.length === 7) return hours
    const names = days.map((day) => {
      const key = keyFor('day_', day)
      return key === null ? day : t(key)
    })
    return `${names.join(' ')} ${hours}`
  })
}

/** One line for each time it holds, in the order given. */
export const zoneTimes = (t: Translate, times: readonly Time[] | undefined): string[] =>
  (times ?? []).flatMap((time) => [[span(t, time), ...weekly(t, time)].filter((part) => part !== '').join(' · ')]).filter((line) => line !== '')

const ON_MAP = 2

/** What stands beside a zone's sign; more than two times are counted. */
export function zoneTimesOnMap(t: Translate, times: readonly Time[] | undefined): string {
  const lines = zoneTimes(t, times)
  const more = lines.length - ON_MAP
  return [...lines.slice(0, ON_MAP), ...(more > 0 ? [t('zone_times_more', { n: String(more) })] : [])].join('\n')
}
