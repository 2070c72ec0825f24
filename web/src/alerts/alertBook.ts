/** Alerts in the order of attention: merged from the API and the live feed, grouped by cause, counted down. */

import { alertSeverities, type Alert, type AlertSeverity } from '../api/types'
import type { LiveMessage } from '../live/protocol'

export type AlertBook = ReadonlyMap<string, Alert>

const isAlert = (item: unknown): item is Alert =>
  item !== null && typeof item === 'object' && typeof (item as Alert).alert_id === 'string' && (alertSeverities as readonly string[]).includes((item as Alert).severity)

/** The newer of two states of one alert; without times the later one to come. */
function newer(known: Alert | undefined, item: Alert): Alert {
  const [before, after] = [Date.parse(known?.updated_at ?? ''), Date.parse(item.updated_at ?? '')]
  return known !== undefined && before > after ? known : item
}

/** What the service lists takes the place of what was known; a state that came over the feed meanwhile and is newer stays. */
export function listed(book: AlertBook, items: readonly Alert[]): AlertBook {
  return new Map(items.filter(isAlert).map((item) => [item.alert_id, newer(book.get(item.alert_id), item)]))
}

/** Take a live message in: a snapshot replaces, an increment adds and removes. Resolved alerts leave. */
export function merged(book: AlertBook, message: Pick<LiveMessage, 'kind' | 'items' | 'removed'>): AlertBook {
  const next = new Map(message.kind === 'snapshot' ? [] : book)
  for (const id of message.removed ?? []) next.delete(String(id))
  for (const item of message.items) if (isAlert(item)) next.set(item.alert_id, newer(next.get(item.alert_id), item))
  return next
}

/** Seconds until what an alert warns of; null when that is not known, 0 from when it has happened. */
export function secondsLeft(alert: Alert, now_ms: number): number | null {
  const at = Date.parse(alert.event_at ?? '')
  if (!Number.isNaN(at)) return Math.max(0, (at - now_ms) / 1000)
  if (alert.time_to_event_s == null) return null
  const since = Date.parse(alert.updated_at ?? alert.raised_at)
  return Math.max(0, alert.time_to_event_s - (Number.isNaN(since) ? 0 : (now_ms - since) / 1000))
}

const gravity = (severity: AlertSeverity): number => alertSeverities.indexOf(severity)

/** By the service's rank; where it gives none, the unacknowledged, the graver and the older come first. */
function compare(a: Alert, b: Alert): number {
  if (a.rank != null && b.rank != null && a.rank !== b.rank) return a.rank - b.rank
  const quiet = (alert: Alert) => Number(alert.status === 'shelved') * 2 + Number(alert.status === 'acknowledged')
  return (
    quiet(a) - quiet(b) || gravity(a.severity) - gravity(b.severity) || Date.parse(a.raised_at) - Date.parse(b.raised_at) || a.alert_id.localeCompare(b.alert_id)
  )
}

export interface AlertGroup {
  readonly group_id: string
  /** The common cause, or the first in order where the cause itself has ended. */
  readonly head: Alert
  readonly effects: readonly Alert[]
}

/** Open alerts by common cause; a group stands where its most urgent member would. */
export function grouped(book: AlertBook): AlertGroup[] {
  const groups = new Map<string, Alert[]>()
  const open = [...book.values()].filter(({ status }) => status !== 'resolved').sort(compare)
  for (const alert of open) {
    const id = alert.group_id ?? alert.alert_id
    const group = groups.get(id)
    if (group === undefined) groups.set(id, [alert])
    else group.push(alert)
  }
  return [...groups].map(([group_id, members]) => {
    const head = members.find(({ alert_id }) => alert_id === group_id) ?? members[0]!
    return { group_id, head, effects: members.filter((alert) => alert !== head) }
  })
}

export type SeverityCounts = Readonly<Record<AlertSeverity, number>>

export function countSeverities(alerts: readonly Alert[]): SeverityCounts {
  const counts: Record<AlertSeverity, number> = { emergency: 0, warning: 0, caution: 0, advisory: 0 }
  for (const { severity } of alerts) counts[severity]++
  return counts
}

/** The alert after the selected one; the first when none is. */
export function nextAlert(groups: readonly AlertGroup[], selected: string | null): Alert | null {
  const order = groups.flatMap(({ head, effects }) => [head, ...effects])
  const now = order.findIndex(({ alert_id }) => alert_id === selected)
  return order[(now + 1) % Math.max(1, order.length)] ?? null
}

/** Whether somebody still has to take note of it. */
export const awaits = (alert: Alert): boolean => alert.status === 'raised' || alert.status === 'escalated'

/** Whether an alert is told by its cause: an effect of one that is open and at least as grave makes no sound of its own. */
export function isEffect(alert: Alert, book: AlertBook): boolean {
  const cause = alert.group_id == null || alert.group_id === alert.alert_id ? undefined : book.get(alert.group_id)
  return cause !== undefined && cause.status !== 'resolved' && gravity(cause.severity) <= gravity(alert.severity)
}

/** Initials as they are written into the log: two to four letters or digits, none when they are not. */
export function initialsOf(text: string): string | null {
  const initials = text.trim().toUpperCase()
  return /^[\p{L}\p{N}]{1,8}$/u.test(initials) ? initials : null
}

/** How many rows of a scrolling list stand above what is seen, and the first that stands wholly or partly below it, by their positions. */
export function outOfSight(rows: readonly { readonly top_px: number; readonly bottom_px: number }[], seen_to_px: number): { readonly above: number; readonly below: number } {
  const below = rows.findIndex(({ bottom_px }) => bottom_px > seen_to_px + 1)
  const seen = rows.findIndex(({ top_px }) => top_px >= -1)
  return { above: seen === -1 ? rows.length : seen, below: below === -1 ? rows.length : below }
}
