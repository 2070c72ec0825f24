/** GivenCommands to vehicles as they stand: merged from the API and the live feed, and what may be said of each. */

import type { CommandItem } from '../live/schema.gen'
import type { LinkState } from '../live/protocol'

export const commandStates = ['queued', 'sent', 'accepted', 'confirmed', 'refused', 'timed_out'] as const
export type CommandState = (typeof commandStates)[number]

/** An order; the service says until when it waits only in its own answers, not over the feed. */
export interface GivenCommand extends Pick<CommandItem, 'command_id' | 'aircraft_id' | 'type' | 'status' | 'updated_at' | 'detail' | 'detail_zh'> {
  readonly deadline_at?: string | null
  readonly requested_at?: string | null
}

export type CommandBook = ReadonlyMap<string, GivenCommand>

const step = (state: string): number => (commandStates as readonly string[]).indexOf(state)

/** Confirmed, refused and timed out are ends; whatever comes after them, a late acknowledgement too, changes nothing. */
export const isOver = (state: CommandState): boolean => step(state) >= step('confirmed')

const isGiven = (item: unknown): item is GivenCommand =>
  item !== null && typeof item === 'object' && typeof (item as GivenCommand).command_id === 'string' && step((item as GivenCommand).status) >= 0

/** The further of two states of one order: messages and answers may overtake each other, an order never goes back. */
function further(known: GivenCommand | undefined, item: GivenCommand): GivenCommand {
  if (known === undefined) return item
  const newer = isOver(known.status) || step(known.status) > step(item.status) ? known : item
  return { ...newer, deadline_at: item.deadline_at ?? known.deadline_at ?? null, requested_at: item.requested_at ?? known.requested_at ?? null }
}

/** Take orders in; what does not look like an order is left out. */
export function taken(book: CommandBook, items: readonly unknown[]): CommandBook {
  const next = new Map(book)
  for (const item of items) if (isGiven(item)) next.set(item.command_id, further(next.get(item.command_id), item))
  return next
}

/** GivenCommands to one aircraft, the latest given first. */
export function commandsTo(book: CommandBook, aircraftId: string): GivenCommand[] {
  const given = (order: GivenCommand): number => Date.parse(order.requested_at ?? order.updated_at)
  return [...book.values()].filter((order) => order.aircraft_id === aircraftId).sort((a, b) => given(b) - given(a) || b.command_id.localeCompare(a.command_id))
}

/** How an order is shown: its state, or that nothing is heard of it any more. */
export type Standing = CommandState | 'silent'

/** What an order may take where the service did not say until when it waits. */
const LONGEST_S = 120
const GRACE_S = 5

/**
 * What may be said of an order now. One under way is `silent` while the service is out of reach, and once its time has
 * passed without word: then nobody here knows what became of it, and it must not look as if all went well.
 */
export function standing(order: GivenCommand, now_ms: number, link: LinkState): Standing {
  if (isOver(order.status)) return order.status
  if (link === 'lost' || link === 'signed_out') return 'silent'
  const until = Date.parse(order.deadline_at ?? '')
  const end = Number.isNaN(until) ? Date.parse(order.updated_at) + LONGEST_S * 1000 : until
  return now_ms > end + GRACE_S * 1000 ? 'silent' : order.status
}
