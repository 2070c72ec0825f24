/** The zones of a replay as they were then: told by the recording itself, in force by the instant shown. Pure. */

import { ringed } from '../api/client'
import type { Zone, ZoneProperties } from '../api/types'
import type { LiveMessage } from '../live/protocol'

export type ZoneBook = ReadonlyMap<string, Zone>

/** Take in what the recording says of zones: a snapshot of all that stood, then what was published, changed or withdrawn. */
export function zonesThen(book: ZoneBook, message: Pick<LiveMessage, 'kind' | 'items' | 'removed'>): ZoneBook {
  const next = new Map(message.kind === 'snapshot' ? [] : book)
  for (const id of message.removed ?? []) next.delete(String(id))
  for (const item of message.items) {
    const told = item as { readonly zone_id?: unknown; readonly feature?: Zone | null } | null
    if (typeof told?.zone_id !== 'string') continue
    const feature = told.feature
    if (feature?.geometry == null || feature.properties == null) next.delete(told.zone_id)
    else next.set(told.zone_id, ringed(feature))
  }
  return next
}

const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
const DAY_S = 86_400
const BEIJING_S = 8 * 3_600
/** The first Monday of the epoch, in seconds of Beijing's clock. */
const MONDAY_S = 4 * DAY_S

const clockS = (text: string): number => text.split(':').reduce((sum, part, i) => sum + Number(part) * [3_600, 60, 1][i]!, 0)

type Applicability = NonNullable<ZoneProperties['applicability']>

/** Whether a zone's times hold at an instant, as airspace/schedule.py reads them: both ends belong to a period. */
export function inForce(applicability: Applicability | undefined, at_ms: number): boolean {
  if (applicability === undefined || applicability.length === 0) return true
  return applicability.some(({ starts_at, ends_at, weekly }) => {
    if (starts_at !== undefined && at_ms < Date.parse(starts_at)) return false
    if (ends_at !== undefined && at_ms > Date.parse(ends_at)) return false
    if (weekly === undefined || weekly.length === 0) return true
    const week_s = (((at_ms / 1000 + BEIJING_S - MONDAY_S) % (7 * DAY_S)) + 7 * DAY_S) % (7 * DAY_S)
    return weekly.some((time) => {
      const [from_s, to_s] = [clockS(time.from ?? '00:00'), clockS(time.to ?? '24:00')]
      const length_s = to_s > from_s ? to_s - from_s : to_s + DAY_S - from_s
      return (time.days ?? DAYS).some((day) => {
        const start_s = DAYS.indexOf(day.slice(0, 2).toUpperCase()) * DAY_S + from_s
        return [0, 7 * DAY_S].some((later_s) => week_s + later_s >= start_s && week_s + later_s <= start_s + length_s)
      })
    })
  })
}

export const activeThen = (book: ZoneBook, at_ms: number): ReadonlySet<string> =>
  new Set([...book].filter(([, zone]) => inForce(zone.properties.applicability, at_ms)).map(([id]) => id))
