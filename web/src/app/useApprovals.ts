/** The queue, read when plans change and twice a minute; its plans judged anew one after another, in the order of the queue. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { checkPlan, getWaiting } from '../api/approvals'
import { getPlan } from '../api/client'
import type { Problem } from '../api/types'
import { checkOf, inOrder, nextToCheck, queueItem, type Check, type QueueItem } from '../approvals/queue'
import type { LiveFeed } from '../live/liveFeed'

const EVERY_MS = 30_000
const SETTLE_MS = 800
/** How long a judgement is good for: others are approved meanwhile. */
const FRESH_MS = 60_000
const CHECK_PAUSE_MS = 250

export interface Approvals {
  readonly items: readonly QueueItem[]
  readonly checks: ReadonlyMap<string, Check>
  readonly problem: Problem | null
  readonly waiting: boolean
  readonly reload: () => void
}

export function useApprovals(feed: LiveFeed): Approvals {
  const [items, setItems] = useState<readonly QueueItem[]>([])
  const [checks, setChecks] = useState<ReadonlyMap<string, Check>>(new Map())
  const [problem, setProblem] = useState<Problem | null>(null)
  const [waiting, setWaiting] = useState(true)
  const reloadNow = useRef<() => void>(() => {})

  useEffect(() => {
    let current = true
    let timer: ReturnType<typeof setTimeout>
    const load = async () => {
      clearTimeout(timer)
      const answer = await getWaiting()
      if (!current) return
      if (answer.ok) setItems(inOrder(answer.value.map(queueItem)))
      setProblem(answer.ok ? null : answer.problem)
      setWaiting(false)
      clearTimeout(timer)
      timer = setTimeout(() => void load(), EVERY_MS)
    }
    reloadNow.current = () => void load()
    void load()
    const off = feed.onMessage.on((message) => {
      if (message.topic !== 'plans') return
      clearTimeout(timer)
      timer = setTimeout(() => void load(), SETTLE_MS)
    })
    return () => {
      current = false
      clearTimeout(timer)
      off()
    }
  }, [feed])

  useEffect(() => {
    let current = true
    let timer: ReturnType<typeof setTimeout>
    const step = async () => {
      const now_ms = feed.serverNowMs()
      const item = nextToCheck(items, checks, now_ms, FRESH_MS)
      if (item?.plan_id == null) {
        timer = setTimeout(() => void step(), 2_000)
        return
      }
      const plan = await getPlan(item.plan_id)
      const answer = plan.ok ? await checkPlan(plan.value) : plan
      if (!current) return
      const check: Check = answer.ok ? checkOf(answer.value, feed.serverNowMs()) : { phase: 'failed', at_ms: feed.serverNowMs(), problem: answer.problem }
      // A new map starts this effect anew, with the next in order.
      setChecks((before) => new Map(before).set(item.id, check))
    }
    timer = setTimeout(() => void step(), CHECK_PAUSE_MS)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [feed, items, checks])

  const reload = useCallback(() => reloadNow.current(), [])
  return useMemo(() => ({ items, checks, problem, waiting, reload }), [items, checks, problem, waiting, reload])
}
