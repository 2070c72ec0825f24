/** Which checklists are needed and open; ticks made while the service cannot be reached wait here and are sent after. */

import { useCallback, useEffect, useMemo, useState } from 'react'
import { checklistKinds, getChecklistsNow, openChecklist, tickStep, type Checklist, type ChecklistKind, type ChecklistsNow } from '../api/checklists'
import type { Problem, Role } from '../api/types'
import type { LiveFeed } from '../live/liveFeed'
import type { LinkState } from '../live/protocol'
import type { Alerts } from './useAlerts'

const EVERY_MS = 5_000
const RETRY_MS = 2_000
/** These mean that nobody answered: the tick waits instead of being refused. */
const unanswered = new Set(['service_unreachable', 'unreadable_answer', 'store_unavailable', 'service_unavailable'])

export interface WaitingTick {
  readonly kind: ChecklistKind
  readonly step: string
  readonly at: string
}

export interface Checklists {
  /** What the present state calls for, and what is open, in a fixed order. */
  readonly shown: readonly ChecklistKind[]
  readonly needed: ReadonlySet<ChecklistKind>
  readonly open: ReadonlyMap<ChecklistKind, Checklist>
  readonly waiting: readonly WaitingTick[]
  readonly problem: Problem | null
  readonly tick: (kind: ChecklistKind, step: string, done: boolean) => Promise<void>
  readonly take: (list: Checklist) => void
}

const nothing: ChecklistsNow = { needed: [], open: [] }

/** `feed` tells the service's clock: the record says when a step was done, and this machine's own clock may be off. */
export function useChecklists(role: Role, alerts: Alerts, link: LinkState | null, feed: LiveFeed): Checklists {
  const wanted = role === 'dispatcher' || role === 'regulator' || role === 'admin'
  const [told, setTold] = useState<ChecklistsNow>(nothing)
  const [waiting, setWaiting] = useState<readonly WaitingTick[]>([])
  const [problem, setProblem] = useState<Problem | null>(null)

  useEffect(() => {
    if (!wanted) return
    let current = true
    let timer: ReturnType<typeof setTimeout>
    const load = async () => {
      const answer = await getChecklistsNow()
      if (!current) return
      if (answer.ok) setTold(answer.value)
      timer = setTimeout(() => void load(), EVERY_MS)
    }
    void load()
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [wanted])

  const take = useCallback((list: Checklist) => {
    setTold((before) => ({ ...before, open: [...before.open.filter(({ kind }) => kind !== list.kind), ...(list.state === 'open' ? [list] : [])] }))
  }, [])

  const send = useCallback(
    async (kind: ChecklistKind, step: string, done: boolean, at: string | null): Promise<'done' | 'waits' | 'refused'> => {
      const opened = await openChecklist(kind, 'console')
      const answer = opened.ok ? await tickStep(opened.value.checklist_id, step, done, at) : opened
      if (answer.ok) take(answer.value)
      else if (unanswered.has(answer.problem.code)) return 'waits'
      setProblem(answer.ok ? null : answer.problem)
      return answer.ok ? 'done' : 'refused'
    },
    [take],
  )
  const tick = useCallback(
    async (kind: ChecklistKind, step: string, done: boolean) => {
      const at = new Date(feed.serverNowMs()).toISOString()
      if (!done) setWaiting((before) => before.filter((item) => item.kind !== kind || item.step !== step))
      const outcome = await send(kind, step, done, null)
      if (outcome === 'waits' && done) setWaiting((before) => [...before, { kind, step, at }])
    },
    [send, feed],
  )

  // Once the service answers again, what waits is sent with its own time.
  useEffect(() => {
    const first = waiting[0]
    if (link !== 'live' || first === undefined) return
    const timer = setTimeout(() => {
      void send(first.kind, first.step, true, first.at).then((outcome) => setWaiting((before) => (outcome === 'waits' ? [...before] : before.filter((item) => item !== first))))
    }, RETRY_MS)
    return () => clearTimeout(timer)
  }, [link, waiting, send])

  return useMemo(() => {
    const needed = new Set<ChecklistKind>(told.needed.map(({ kind }) => kind))
    if ([...alerts.byId.values()].some(({ kind, status }) => kind === 'surveillance_lost' && status !== 'resolved')) needed.add('surveillance')
    if (wanted && link === 'lost') needed.add('centre')
    const open = new Map(told.open.map((list) => [list.kind, list]))
    const shown = checklistKinds.filter((kind) => needed.has(kind) || open.has(kind) || waiting.some((item) => item.kind === kind))
    return { shown: wanted ? shown : [], needed, open, waiting, problem, tick, take }
  }, [told, alerts.byId, link, waiting, problem, tick, take, wanted])
}
