/** The list of plans, kept fresh by the live feed. */

import { useCallback, useEffect, useRef, useState } from 'react'
import { getPlans } from '../api/client'
import type { FlightPlan, Problem } from '../api/types'
import type { LiveFeed } from '../live/liveFeed'
import { joinPages, statesOf, type PlanFilter } from '../plan/planList'

const SETTLE_MS = 400
/** A busy city changes plans all the time; the list is read no more often than this. */
const AT_MOST_EVERY_MS = 2_000

export interface PlanList {
  readonly filter: PlanFilter
  readonly plans: readonly FlightPlan[]
  readonly waiting: boolean
  readonly problem: Problem | null
  readonly more: boolean
}

/** Plans of a filter; `loadMore` reads the next page. Nothing is read while the list is closed. */
export function usePlans(feed: LiveFeed, open: boolean, filter: PlanFilter): { readonly list: PlanList; readonly loadMore: () => void } {
  const [list, setList] = useState<PlanList>({ filter, plans: [], waiting: true, problem: null, more: false })
  const wanted = useRef(1)
  const reload = useRef<() => void>(() => {})

  useEffect(() => {
    if (!open) return
    let current = true
    let timer: ReturnType<typeof setTimeout> | null = null
    let last_ms = 0
    let busy = false
    let again = false
    wanted.current = 1
    setList((before) => (before.filter === filter ? { ...before, waiting: before.plans.length === 0 } : { filter, plans: [], waiting: true, problem: null, more: false }))
    const load = async () => {
      if (busy) {
        again = true
        return
      }
      busy = true
      last_ms = Date.now()
      const pages: (readonly FlightPlan[])[] = []
      let cursor: string | null = null
      let problem: Problem | null = null
      do {
        const answer = await getPlans(statesOf(filter), cursor)
        if (!current) return
        if (!answer.ok) {
          problem = answer.problem
          break
        }
        pages.push(answer.value.items)
        cursor = answer.value.next_cursor ?? null
      } while (cursor !== null && pages.length < wanted.current)
      const more = cursor !== null
      setList((before) => (problem === null ? { filter, plans: joinPages(pages), waiting: false, problem, more } : { ...before, waiting: false, problem }))
      busy = false
      if (again) {
        again = false
        soon()
      }
    }
    const soon = () => {
      timer ??= setTimeout(
        () => {
          timer = null
          void load()
        },
        Math.max(SETTLE_MS, last_ms + AT_MOST_EVERY_MS - Date.now()),
      )
    }
    reload.current = () => void load()
    void load()
    const off = feed.onMessage.on((message) => {
      if (message.topic === 'plans') soon()
    })
    return () => {
      current = false
      if (timer !== null) clearTimeout(timer)
      off()
    }
  }, [feed, open, filter])

  const loadMore = useCallback(() => {
    wanted.current++
    reload.current()
  }, [])
  return { list, loadMore }
}
