/** Reads what the drawer tells beside plan and track, each part as often as it changes. */

import { useEffect, useState } from 'react'
import type { Answer } from '../../api/client'
import { getContact, getGrid, getLink, getProfile, getTimeline, type Contact, type FlightProfile, type GridAnswer, type LinkReport, type TimelineEvent } from '../../api/flightStory'
import type { Problem } from '../../api/types'
import type { LiveFeed } from '../../live/liveFeed'

export interface Told<T> {
  readonly value: T | null
  readonly problem: Problem | null
}

const untold: Told<never> = { value: null, problem: null }
const LINK_EVERY_MS = 2_000
const TIMELINE_EVERY_MS = 15_000
const GRID_EVERY_MS = 5_000
const SETTLE_MS = 400

/** Ask at once and then every so often while `key` stays; the last answer stays shown when asking fails. */
export function useAsked<T>(key: string | null, ask: () => Promise<Answer<T>>, every_ms: number | null): Told<T> {
  const [told, setTold] = useState<{ readonly key: string | null } & Told<T>>({ key: null, ...untold })
  useEffect(() => {
    if (key === null) return
    let current = true
    let timer: ReturnType<typeof setTimeout> | undefined
    const load = async () => {
      const answer = await ask()
      if (!current) return
      setTold((before) => {
        const old = before.key === key ? before.value : null
        return answer.ok ? { key, value: answer.value, problem: null } : { key, value: old, problem: answer.problem }
      })
      if (every_ms !== null) timer = setTimeout(() => void load(), every_ms)
    }
    void load()
    return () => {
      current = false
      clearTimeout(timer)
    }
    // What to ask follows from the key.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, every_ms])
  return told.key === key ? told : untold
}

export const useProfile = (planId: string | null, version: number | null): Told<FlightProfile> =>
  useAsked(planId === null ? null : `${planId}@${version}`, () => getProfile(planId ?? ''), null)

export const useLink = (aircraftId: string | null): Told<LinkReport> => useAsked(aircraftId, () => getLink(aircraftId ?? ''), LINK_EVERY_MS)

export const useContact = (firm: string | null): Told<Contact> => useAsked(firm, () => getContact(firm ?? ''), null)

/** Codes of where the drone is; read again when it has moved and some seconds have passed. */
export function useGrid(place: () => readonly [number, number] | null, trackId: string): Told<GridAnswer> {
  return useAsked(
    trackId,
    async () => {
      const at = place()
      return at === null ? { ok: false, status: 0, problem: { code: 'position_unknown' } } : getGrid(at[0], at[1])
    },
    GRID_EVERY_MS,
  )
}

/** The events of a flight; read again when the feed tells something of it, and now and then. */
export function useTimeline(feed: LiveFeed, planId: string | null): Told<readonly TimelineEvent[]> {
  const [stirred, setStirred] = useState(0)
  useEffect(() => {
    if (planId === null) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const off = feed.onMessage.on((message) => {
      if (message.kind === 'snapshot' || !['plans', 'alerts', 'commands'].includes(message.topic)) return
      const concerned = message.items.some((item) => (item as { plan_id?: unknown } | null)?.plan_id === planId)
      if (!concerned) return
      clearTimeout(timer)
      timer = setTimeout(() => setStirred((before) => before + 1), SETTLE_MS)
    })
    return () => {
      clearTimeout(timer)
      off()
    }
  }, [feed, planId])
  const told = useAsked(
    planId === null ? null : `${planId} ${stirred}`,
    async () => {
      const answer = await getTimeline(planId ?? '')
      return answer.ok ? { ok: true as const, value: { planId, items: answer.value.items } } : answer
    },
    TIMELINE_EVERY_MS,
  )
  const [kept, setKept] = useState<{ readonly planId: string | null; readonly items: readonly TimelineEvent[] } | null>(null)
  useEffect(() => {
    if (told.value !== null) setKept(told.value)
  }, [told.value])
  return { value: kept?.planId === planId ? kept.items : null, problem: told.problem }
}
