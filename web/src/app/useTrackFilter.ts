/** The filter of the live map: kept in the address, handed to the feed; kinds of operation are read while one is asked for. */

import { useCallback, useEffect, useRef, useState } from 'react'
import { getPlans } from '../api/client'
import type { PlanState, Problem } from '../api/types'
import { stateNames } from '../live/decode'
import type { LiveFeed } from '../live/liveFeed'
import { filterParams, filters, operationKinds, passes, readFilter, type OperationKind, type TrackFilter } from '../live/trackFilter'
import { replaceParam } from './urlState'

const KINDS_EVERY_MS = 20_000
const PAGES = 25
const flying: readonly PlanState[] = ['approved', 'activated', 'nonconforming', 'contingent']

type Kinds = ReadonlyMap<string, OperationKind>
const noKinds: Kinds = new Map()

function useKinds(wanted: boolean): { readonly kinds: Kinds; readonly problem: Problem | null } {
  const [state, setState] = useState<{ readonly kinds: Kinds; readonly problem: Problem | null }>({ kinds: noKinds, problem: null })
  useEffect(() => {
    if (!wanted) return
    let current = true
    let timer: ReturnType<typeof setTimeout>
    const load = async () => {
      const kinds = new Map<string, OperationKind>()
      let cursor: string | null = null
      let problem: Problem | null = null
      for (let page = 0; page < PAGES; page++) {
        const answer = await getPlans(flying, cursor)
        if (!current) return
        if (!answer.ok) {
          problem = answer.problem
          break
        }
        for (const plan of answer.value.items) {
          const kind = operationKinds.find((name) => name === plan.operation_type)
          if (kind !== undefined) kinds.set(plan.plan_id, kind)
        }
        cursor = answer.value.next_cursor ?? null
        if (cursor === null) break
      }
      setState((before) => ({ kinds: problem === null ? kinds : before.kinds, problem }))
      timer = setTimeout(() => void load(), KINDS_EVERY_MS)
    }
    void load()
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [wanted])
  return state
}

export interface FilterControl {
  readonly filter: TrackFilter
  readonly on: boolean
  readonly problem: Problem | null
  readonly set: (filter: TrackFilter) => void
}

/** `always`: the drone that is shown whatever the filter says, because it is selected. */
export function useTrackFilter(feed: LiveFeed, always: string | null): FilterControl {
  const [filter, setFilter] = useState(() => readFilter(window.location.search))
  const on = filters(filter)
  const { kinds, problem } = useKinds(filter.kind !== null)
  const selected = useRef(always)
  selected.current = always
  useEffect(() => {
    for (const [name, value] of Object.entries(filterParams(filter))) replaceParam(name, value)
  }, [filter])
  useEffect(() => {
    if (!on) return
    const kindOf = (planId: string) => kinds.get(planId) ?? null
    feed.setFilter(({ row, state, alt_m }) => {
      const identity = feed.identity(row)
      if (selected.current !== null && identity?.track_id === selected.current) return true
      const seen = { state: stateNames[state] ?? 'unknown', operator_id: identity?.operator_id ?? null, plan_id: identity?.plan_id ?? null, alt_m }
      return passes(filter, seen, kindOf)
    })
    return () => feed.setFilter(null)
  }, [feed, filter, on, kinds])
  return { filter, on, problem, set: useCallback((next: TrackFilter) => setFilter(next), []) }
}
