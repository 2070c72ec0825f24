/** Open alerts: listed by the service, kept by the live feed, checked against the list twice a minute. */

import { useCallback, useEffect, useMemo, useState } from 'react'
import { grouped, listed, merged, type AlertBook, type AlertGroup } from '../alerts/alertBook'
import { getAlerts } from '../api/client'
import type { Alert, Problem } from '../api/types'
import type { LiveFeed } from '../live/liveFeed'

const CHECK_EVERY_MS = 30_000

export interface Alerts {
  readonly groups: readonly AlertGroup[]
  readonly byId: AlertBook
  readonly problem: Problem | null
  readonly waiting: boolean
  /** Take in what the service answered to an acknowledgement. */
  readonly take: (alert: Alert) => void
}

/** `wanted`: whether this person may read alerts at all. */
export function useAlerts(feed: LiveFeed, wanted: boolean): Alerts {
  const [book, setBook] = useState<AlertBook>(new Map())
  const [problem, setProblem] = useState<Problem | null>(null)
  const [waiting, setWaiting] = useState(true)

  useEffect(() => {
    if (!wanted) {
      setWaiting(false)
      return
    }
    let current = true
    let timer: ReturnType<typeof setTimeout>
    const check = async () => {
      clearTimeout(timer)
      const answer = await getAlerts()
      if (!current) return
      if (answer.ok) setBook((before) => listed(before, answer.value))
      setProblem(answer.ok ? null : answer.problem)
      setWaiting(false)
      timer = setTimeout(() => void check(), CHECK_EVERY_MS)
    }
    void check()
    const off = feed.onMessage.on((message) => {
      if (message.topic !== 'alerts') return
      setBook((before) => merged(before, message))
      // A snapshot stands at the beginning of a connection: what was missed before it is in the list.
      if (message.kind === 'snapshot') void check()
    })
    return () => {
      current = false
      clearTimeout(timer)
      off()
    }
  }, [feed, wanted])

  const take = useCallback((alert: Alert) => setBook((before) => merged(before, { items: [alert] })), [])
  return useMemo(() => ({ groups: grouped(book), byId: book, problem, waiting, take }), [book, problem, waiting, take])
}
