/** What waits for a person: plans to decide, flights to release, standing approvals. */

import { request, type Answer } from './client'
import type { CounterOffer, Decision, DecisionReason, FlightPlan, Page } from './types'

export const approvalKinds = ['plan', 'release', 'standing_approval'] as const
export type ApprovalKind = (typeof approvalKinds)[number]

export interface MissingItem {
  readonly item: number
  readonly title: string
  readonly title_zh: string
  readonly detail?: string | null
  readonly detail_zh?: string | null
}

export interface Approval {
  readonly approval_id: string
  readonly kind: ApprovalKind
  readonly state: string
  readonly plan_id: string | null
  readonly organisation_id: string
  readonly organisation_name?: string | null
  readonly registration?: string | null
  readonly operation_type?: string | null
  readonly priority?: number | null
  readonly departure_at?: string | null
  readonly ends_at?: string | null
  readonly plan_version?: number | null
  readonly triggers?: readonly string[]
  readonly reasons?: readonly DecisionReason[]
  readonly missing_items?: readonly MissingItem[]
  readonly submitted_at?: string | null
  readonly due_at?: string | null
  readonly overdue?: boolean
}

/** All that waits, what is due first on top. */
export async function getWaiting(): Promise<Answer<readonly Approval[]>> {
  const found: Approval[] = []
  let cursor: string | null = null
  do {
    const query = new URLSearchParams({ state: 'waiting', limit: '200', ...(cursor === null ? {} : { cursor }) })
    const answer: Answer<Page<Approval>> = await request<Page<Approval>>('GET', `/v1/approvals?${query}`)
    if (!answer.ok) return answer
    found.push(...answer.value.items)
    cursor = answer.value.next_cursor ?? null
  } while (cursor !== null && found.length < 2_000)
  return { ok: true, value: found }
}

/** Decide an approval by its id; exactly what deciding, releasing or answering the thing itself does. */
export const decideApproval = (id: string, outcome: 'approved' | 'refused' | 'released', reason: string | null) =>
  request<Approval>('POST', `/v1/approvals/${encodeURIComponent(id)}/decision`, { outcome, ...(reason === null ? {} : { reason }) })

/** The fields a plan was filed with, among all that the service tells of it. */
const filed = [
  'aircraft_id',
  'operation_type',
  'priority',
  'departure_at',
  'route',
  'origin_site_id',
  'destination_site_id',
  'alternate_site_ids',
  'contingency',
  'remarks',
  'special_conditions',
  'urgency',
] as const

/** What filing this plan would be answered now; nothing is kept. */
export const checkPlan = (plan: FlightPlan) => {
  const known = plan as unknown as Readonly<Record<string, unknown>>
  const body = Object.fromEntries(filed.filter((name) => known[name] != null).map((name) => [name, known[name]]))
  return request<FlightPlan>('POST', '/v1/flight-plans/check', body)
}

/** What an officer would let fly instead: a whole plan, or the plan's own at another time and height. */
export type Alternative = { readonly plan: FlightPlan | CounterOffer['plan'] } | { readonly delay_s: number; readonly climb_m: number }

export interface JudgedAlternative {
  readonly offer: CounterOffer
  readonly decision: Decision
}

const alternativePath = (planId: string) => `/v1/flight-plans/${encodeURIComponent(planId)}/alternative`

/** How filing an alternative would be judged now; nothing is kept. */
export const checkAlternative = (planId: string, wanted: Alternative) => request<JudgedAlternative>('POST', `${alternativePath(planId)}/check`, wanted)

/** Refuse a pending plan and give its firm the alternative. */
export const giveAlternative = (planId: string, wanted: Alternative, reason: string | null) =>
  request<FlightPlan>('POST', alternativePath(planId), { ...wanted, ...(reason === null ? {} : { reason }) })
