/** The zones of the instant shown: as the recording tells them, and whether they were in force then. */

import { useEffect, useMemo, useState } from 'react'
import type { Zone } from '../../api/types'
import type { ReplayFeed } from '../../live/replayFeed'
import { activeThen, zonesThen, type ZoneBook } from '../../replay/pastZones'

const LOOK_EVERY_MS = 1_000

export function usePastZones(feed: ReplayFeed): { readonly zones: readonly Zone[]; readonly active: ReadonlySet<string> } {
  const [book, setBook] = useState<ZoneBook>(new Map())
  const [inForce, setInForce] = useState('')
  useEffect(
    () =>
      feed.onMessage.on((message) => {
        if (message.topic === 'zones') setBook((before) => zonesThen(before, message))
      }),
    [feed],
  )
  // Which are in force changes seldom: the map is told only when it does.
  useEffect(() => {
    const look = () => setInForce([...activeThen(book, feed.state.cursor_ms)].sort().join(' '))
    look()
    const timer = setInterval(look, LOOK_EVERY_MS)
    return () => clearInterval(timer)
  }, [book, feed])
  return useMemo(() => ({ zones: [...book.values()], active: new Set(inForce.split(' ')) }), [book, inForce])
}
