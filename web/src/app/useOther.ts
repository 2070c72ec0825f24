/** The other plan a reason speaks of, where the reader may see it. */

import { useEffect, useMemo, useState } from 'react'
import { getPlan, getPlansBetween, getPolicy } from '../api/client'
import type { DecisionReason, FlightPlan } from '../api/types'
import { findOther, type Closest } from '../plan/conflictPlace'
import type { PlannedFlight } from '../plan/schedule'

export interface Other {
  readonly phase: 'searching' | 'found' | 'hidden'
  readonly plan: FlightPlan | null
  readonly closest: Closest | null
  /** Found by where and when it flies, not by the name in the decision. */
  readonly byGeometry: boolean
}

const searching: Other = { phase: 'searching', plan: null, closest: null, byGeometry: false }
const hidden: Other = { ...searching, phase: 'hidden' }
const none: readonly (Other | null)[] = []

async function search(flight: PlannedFlight, reason: DecisionReason): Promise<Other> {
  const ref = reason.other_plan_ref ?? ''
  const policy = await getPolicy()
  if (!policy.ok) return hidden
  const minima = policy.value.separation
  const buffer_ms = minima.time_buffer_s * 1000
  const moved = (at: string | null | undefined, by_ms: number) => new Date(Date.parse(at ?? '') + by_ms)
  const [from, to] = [moved(reason.starts_at, -buffer_ms), moved(reason.ends_at, buffer_ms)]
  if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime())) return hidden
  if (ref.startsWith('fp_')) {
    const named = await getPlan(ref)
    if (!named.ok) return hidden
    const closest = findOther(flight, reason, [named.value], minima)?.closest ?? null
    return { phase: 'found', plan: named.value, closest, byGeometry: false }
  }
  const plans = await getPlansBetween(from.toISOString(), to.toISOString())
  const flew = (plan: FlightPlan) => plan.decision?.outcome === 'approved' && plan.state !== 'cancelled'
  const found = plans.ok ? findOther(flight, reason, plans.value.filter(flew), minima) : null
  return found === null ? hidden : { phase: 'found', plan: found.plan, closest: found.closest, byGeometry: true }
}

export function useOther(flight: PlannedFlight, reason: DecisionReason | null): Other | null {
  const reasons = useMemo(() => (reason === null ? [] : [reason]), [reason])
  return useOthers(flight, reasons)[0] ?? null
}

/** The same for several reasons, in their order; null for one that speaks of no other plan. One search after the other. */
export function useOthers(flight: PlannedFlight | null, reasons: readonly DecisionReason[]): readonly (Other | null)[] {
  const [others, setOthers] = useState<readonly (Other | null)[]>(none)
  useEffect(() => {
    if (flight === null || reasons.length === 0) {
      setOthers(none)
      return
    }
    let current = true
    const start = reasons.map((reason) => (reason.other_plan_ref == null ? null : searching))
    setOthers(start)
    void (async () => {
      for (const [nth, reason] of reasons.entries()) {
        if (!current || start[nth] === null) continue
        const found = await search(flight, reason)
        if (current) setOthers((before) => before.map((other, at) => (at === nth ? found : other)))
      }
    })()
    return () => {
      current = false
    }
  }, [flight, reasons])
  return others
}
