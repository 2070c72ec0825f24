/** The queue of what waits for a decision: when each is due, what stands against it now, which are clean. */

import type { Approval, ApprovalKind } from '../api/approvals'
import type { CounterOffer, DecisionReason, FlightPlan, Problem } from '../api/types'

export interface QueueItem {
  readonly id: string
  readonly kind: ApprovalKind
  readonly plan_id: string | null
  readonly version: number | null
  readonly organisation_id: string
  readonly firm: string | null
  readonly registration: string | null
  readonly operation: string | null
  readonly priority: number
  readonly departure_ms: number | null
  readonly due_ms: number | null
  readonly reasons: readonly DecisionReason[]
  readonly triggers: readonly string[]
  readonly missing: Approval['missing_items'] & object
}

const instantMs = (text: string | null | undefined): number | null => {
  const at = Date.parse(text ?? '')
  return Number.isNaN(at) ? null : at
}

export function queueItem(approval: Approval): QueueItem {
  return {
    id: approval.approval_id,
    kind: approval.kind,
    plan_id: approval.plan_id,
    version: approval.plan_version ?? null,
    organisation_id: approval.organisation_id,
    firm: approval.organisation_name ?? null,
    registration: approval.registration ?? null,
    operation: approval.operation_type ?? null,
    priority: approval.priority ?? 0,
    departure_ms: instantMs(approval.departure_at),
    due_ms: instantMs(approval.due_at),
    reasons: approval.reasons ?? [],
    triggers: approval.triggers ?? [],
    missing: approval.missing_items ?? [],
  }
}

/** Due first; what has no due time by its departure; then by id, so that rows never swap places by themselves. */
export function inOrder(items: readonly QueueItem[]): QueueItem[] {
  const when = (item: QueueItem) => item.due_ms ?? item.departure_ms ?? Number.POSITIVE_INFINITY
  return [...items].sort((a, b) => when(a) - when(b) || b.priority - a.priority || a.id.localeCompare(b.id))
}

/** What judging a waiting plan anew said: it reserves nothing, so something may stand in its way that did not when it was filed. */
export type Check =
  | { readonly phase: 'judged'; readonly at_ms: number; readonly refusing: readonly DecisionReason[]; readonly offers: readonly CounterOffer[] }
  | { readonly phase: 'failed'; readonly at_ms: number; readonly problem: Problem }

export function checkOf(plan: FlightPlan, at_ms: number): Check {
  const { decision } = plan
  return {
    phase: 'judged',
    at_ms,
    refusing: (decision?.reasons ?? []).filter(({ severity }) => severity === 'refuse'),
    offers: decision?.counter_offers ?? [],
  }
}

export const standings = ['clean', 'blocked', 'incomplete', 'unchecked'] as const
export type Standing = (typeof standings)[number]

/** clean: judged now, nothing refuses and nothing of its papers is missing. Only these may be accepted together. */
export function standingOf(item: QueueItem, check: Check | undefined): Standing {
  if (item.missing.length > 0) return 'incomplete'
  if (item.kind === 'standing_approval' || check?.phase !== 'judged') return 'unchecked'
  return check.refusing.length > 0 ? 'blocked' : 'clean'
}

/** The first that was never judged, else the one judged longest ago if that is too long; null when all are fresh. */
export function nextToCheck(items: readonly QueueItem[], checks: ReadonlyMap<string, Check>, now_ms: number, fresh_ms: number): QueueItem | null {
  let oldest: QueueItem | null = null
  let oldest_ms = now_ms - fresh_ms
  for (const item of items) {
    if (item.plan_id === null) continue
    const check = checks.get(item.id)
    if (check === undefined) return item
    if (check.at_ms <= oldest_ms) {
      oldest = item
      oldest_ms = check.at_ms
    }
  }
  return oldest
}

/** A span in its two largest units: seconds below a minute, `m` minutes below an hour, hours and minutes, days and hours. */
export function span(ms: number): { readonly unit: 's' | 'min' | 'h' | 'd'; readonly a: number; readonly b: number } {
  const s = Math.floor(Math.abs(ms) / 1000)
  if (s < 60) return { unit: 's', a: s, b: 0 }
  if (s < 3_600) return { unit: 'min', a: Math.floor(s / 60), b: s % 60 }
  if (s < 86_400) return { unit: 'h', a: Math.floor(s / 3_600), b: Math.floor((s % 3_600) / 60) }
  return { unit: 'd', a: Math.floor(s / 86_400), b: Math.floor((s % 86_400) / 3_600) }
}

/** How pressing a due time is: past it, within the half hour, or later. */
export function pressing(due_ms: number | null, now_ms: number): 'over' | 'soon' | 'later' | 'none' {
  if (due_ms === null) return 'none'
  const left_ms = due_ms - now_ms
  return left_ms < 0 ? 'over' : left_ms < 1_800_000 ? 'soon' : 'later'
}

/** The service's sentence of an offer, for the reason a firm reads when its plan is refused with a way out. */
export function offeredReason(lang: 'zh-CN' | 'en', said: string, offer: CounterOffer): string {
  const words = lang === 'zh-CN' ? (offer.detail_zh ?? offer.detail) : offer.detail
  const lead = lang === 'zh-CN' ? '可改为：' : 'What would be approved instead: '
  return [said.trim(), `${lead}${words}`].filter((part) => part !== '').join(lang === 'zh-CN' ? '。' : '. ')
}
