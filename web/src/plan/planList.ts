/** The list of plans: which states a filter asks for, and how a page is put together. */

import type { FlightPlan, PlanState, ReasonSeverity } from '../api/types'
import { planStates } from '../api/types'

export const planFilters = ['all', 'refused', 'pending', 'approved', 'activated', 'others'] as const
export type PlanFilter = (typeof planFilters)[number]

const named: readonly PlanState[] = ['refused', 'pending', 'approved', 'activated']

/** The states a filter asks the service for; none means all. */
export function statesOf(filter: PlanFilter): readonly PlanState[] {
  if (filter === 'all') return []
  if (filter === 'others') return planStates.filter((state) => !named.includes(state))
  return [filter]
}

/** Pages one after the other, latest departure first; of a plan that stands twice the later page's is kept out. */
export function joinPages(pages: readonly (readonly FlightPlan[])[]): FlightPlan[] {
  const seen = new Set<string>()
  const plans = pages.flat().filter(({ plan_id }) => !seen.has(plan_id) && seen.add(plan_id) !== undefined)
  return plans.sort((a, b) => Date.parse(b.departure_at ?? '') - Date.parse(a.departure_at ?? '') || a.plan_id.localeCompare(b.plan_id))
}

/** How many reasons of each severity a decision holds. A reason without one counts as what it led to. */
export function countReasons(plan: FlightPlan): Readonly<Record<ReasonSeverity, number>> {
  const counts = { refuse: 0, pending: 0, warning: 0 }
  for (const reason of plan.decision?.reasons ?? []) counts[severityOf(reason.severity, plan)]++
  return counts
}

export function severityOf(severity: ReasonSeverity | undefined, plan: FlightPlan): ReasonSeverity {
  if (severity !== undefined) return severity
  const outcome = plan.decision?.outcome
  return outcome === 'refused' ? 'refuse' : outcome === 'pending' ? 'pending' : 'warning'
}
