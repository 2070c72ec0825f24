/** When an order comes, against what was promised; pure. */

import type { NewOrder, Order, PriorityClass } from '../api/logistics'
import { readTime } from '../fields/timeText'
import { beijingDayTime, instant } from '../i18n/format'

export const ordersOpen: readonly Order['state'][] = ['created', 'assigned', 'flying']

/** How an order stands to its promise; `late_s` is negative when early, and at least so much while it has not come. */
export type Lateness =
  | { readonly kind: 'unknown' | 'over' }
  | { readonly kind: 'final' | 'expected' | 'overdue'; readonly late_s: number; readonly past_deadline: boolean }

/** Compare delivery (else what is expected, else now once the promise has passed) with the promise, else the deadline. */
export function lateness(order: Order, now_ms: number): Lateness {
  const open = ordersOpen.includes(order.state)
  if (!open && order.state !== 'delivered') return { kind: 'over' }
  const deadline = instant(order.deliver_by)?.getTime() ?? null
  const due = instant(order.promise?.deliver_at)?.getTime() ?? deadline
  if (due === null) return { kind: 'unknown' }
  const told = (kind: 'final' | 'expected' | 'overdue', at_ms: number): Lateness => ({
    kind,
    late_s: Math.round((at_ms - due) / 1000),
    past_deadline: deadline !== null && at_ms > deadline,
  })
  const delivered = instant(order.delivered_at)
  if (delivered !== null) return told('final', delivered.getTime())
  if (!open) return { kind: 'unknown' }
  const expected = instant(order.expected_at)?.getTime() ?? null
  if (now_ms > Math.max(due, expected ?? due)) return told('overdue', now_ms)
  return expected === null ? { kind: 'unknown' } : told('expected', expected)
}

const RFC3339 = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g

/** A sentence of the service with its instants as the reader's clock shows them. */
export const inBeijing = (sentence: string): string =>
  sentence.replace(RFC3339, (text) => {
    const at = instant(text)
    return at === null ? text : beijingDayTime(at)
  })

/** A date and time of an input field, read as Beijing time; null when it is none. */
export function fromBeijing(field: string): string | null {
  const read = readTime('instant', field)
  return read === null ? null : `${read.length === 16 ? `${read}:00` : read}+08:00`
}

/** What a person filled in, all of it text. */
export interface OrderFields {
  readonly origin: string
  readonly destination: string
  readonly payload: string
  readonly priority: PriorityClass
  readonly deliverBy: string
  readonly reference: string
  readonly dangerous?: boolean
  readonly cold?: boolean
  /** A hub where it changes vehicles; empty: none is asked for. */
  readonly via?: string
  /** A second hub, after the first. */
  readonly via2?: string
  /** From when it may be fetched, as a field holds it; empty: now. */
  readonly readyAt?: string
}

/** The request for what was filled in, or null while something needed is missing or no number. */
export function orderBody(fields: OrderFields): NewOrder | null {
  const payload_kg = fields.payload.trim() === '' ? Number.NaN : Number(fields.payload)
  const deliver_by = fields.deliverBy === '' ? undefined : fromBeijing(fields.deliverBy)
  const ready_at = (fields.readyAt ?? '') === '' ? undefined : fromBeijing(fields.readyAt!)
  if (fields.origin === '' || fields.destination === '' || !Number.isFinite(payload_kg) || deliver_by === null || ready_at === null) return null
  const via = [fields.via ?? '', fields.via2 ?? ''].filter((hub) => hub !== '')
  const reference = fields.reference.trim()
  return {
    origin_site_id: fields.origin,
    destination_site_id: fields.destination,
    payload_kg,
    priority_class: fields.priority,
    ...(ready_at === undefined ? {} : { ready_at }),
    ...(deliver_by === undefined ? {} : { deliver_by }),
    ...(reference === '' ? {} : { reference }),
    ...(fields.dangerous === true ? { dangerous_goods: true } : {}),
    ...(fields.cold === true ? { cold_chain: true } : {}),
    ...(via.length === 0 ? {} : { via_site_ids: via }),
  }
}
