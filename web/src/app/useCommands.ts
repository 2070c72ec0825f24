/** GivenCommands to one aircraft: read once, then kept by the live feed. */

import { useCallback, useEffect, useMemo, useState } from 'react'
import { getCommands } from '../api/commands'
import { commandsTo, taken, type GivenCommand, type CommandBook } from '../command/commandBook'
import type { LiveFeed } from '../live/liveFeed'

export interface GivenCommands {
  readonly orders: readonly GivenCommand[]
  /** Take in what the service answered to an order. */
  readonly take: (order: GivenCommand) => void
  /** Ask the service what it has on record. */
  readonly reload: () => Promise<boolean>
}

export function useCommands(feed: LiveFeed, aircraftId: string): GivenCommands {
  const [book, setBook] = useState<CommandBook>(new Map())

  const reload = useCallback(async () => {
    const answer = await getCommands(aircraftId)
    if (answer.ok) setBook((before) => taken(before, answer.value.items))
    return answer.ok
  }, [aircraftId])

  useEffect(() => {
    void reload()
    return feed.onMessage.on((message) => {
      if (message.topic !== 'commands') return
      setBook((before) => taken(before, message.items))
      // A snapshot holds what is under way: what ended while the connection was gone is in the service's list only.
      if (message.kind === 'snapshot') void reload()
    })
  }, [feed, reload])

  const take = useCallback((order: GivenCommand) => setBook((before) => taken(before, [order])), [])
  return useMemo(() => ({ orders: commandsTo(book, aircraftId), take, reload }), [book, aircraftId, take, reload])
}
