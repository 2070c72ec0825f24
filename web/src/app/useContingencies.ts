/** Contingencies that are open or wait for a decision: read again when the feed says that flights or alerts changed. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { getContingencies, type Contingency } from '../api/commands'
import type { Problem } from '../api/types'
import type { LiveFeed } from '../live/liveFeed'

const CHECK_EVERY_MS = 15_000
/** A busy city changes plans all the time; the list is read no more often than this. */
const AT_MOST_EVERY_MS = 2_000
const SETTLE_MS = 300

export interface Contingencies {
  readonly items: readonly Contingency[]
  readonly problem: Problem | null
  readonly waiting: boolean
  readonly reload: () => void
}

export function useContingencies(feed: LiveFeed, wanted: boolean): Contingencies {
  const [items, setItems] = useState<readonly Contingency[]>([])
  const [problem, setProblem] = useState<Problem | null>(null)
  const [waiting, setWaiting] = useState(true)
  const again = useRef<() => void>(() => {})

  useEffect(() => {
    if (!wanted) return
    let current = true
    let timer: ReturnType<typeof setTimeout>
    let due_ms = 0
    let last_ms = 0
    const load = async () => {
      last_ms = Date.now()
      schedule(CHECK_EVERY_MS)
      const answer = await getContingencies()
      if (!current) return
      if (answer.ok) setItems(answer.value.items)
      setProblem(answer.ok ? null : answer.problem)
      setWaiting(false)
    }
    const schedule = (wait_ms: number) => {
      clearTimeout(timer)
      due_ms = Date.now() + wait_ms
      timer = setTimeout(() => void load(), wait_ms)
    }
    const soon = () => {
      const wait_ms = Math.max(SETTLE_MS, last_ms + AT_MOST_EVERY_MS - Date.now())
      if (Date.now() + wait_ms < due_ms) schedule(wait_ms)
    }
    again.current = () => void load()
    void load()
    const off = feed.onMessage.on((message) => {
      if (message.topic === 'alerts' || message.topic === 'plans') soon()
    })
    return () => {
      current = false
      clearTimeout(timer)
      off()
    }
  }, [feed, wanted])

  const reload = useCallback(() => again.current(), [])
  return useMemo(() => ({ items, problem, waiting: wanted && waiting, reload }), [items, problem, waiting, wanted, reload])
}
