/** Which vehicle row a bar is dragged over, and which vehicles an order may be given to; pure. */

import type { Order } from '../api/logistics'
import type { Role } from '../api/types'

/** Rows as they stand below each other: the index of the one at a height, or null above and below all of them. */
export function rowAt(heights_px: readonly number[], y_px: number): number | null {
  if (y_px < 0) return null
  let bottom = 0
  for (const [index, height] of heights_px.entries()) {
    bottom += height
    if (y_px < bottom) return index
  }
  return null
}

/** Only an order that does not fly yet is moved, by its firm or a dispatcher. */
export const movable = (order: Pick<Order, 'state'> | null, role: Role): boolean =>
  order !== null && (role === 'operator' || role === 'dispatcher') && (order.state === 'created' || order.state === 'assigned')

interface CarrierLike {
  readonly aircraft_id: string
  readonly organisation_id: string
  readonly state: string
}

/** The vehicles an order could be given to: those of its firm that are not away, but the one it is on. */
export const vehiclesFor = <T extends CarrierLike>(order: Pick<Order, 'organisation_id' | 'aircraft_id'>, carriers: readonly T[]): readonly T[] =>
  carriers.filter(({ aircraft_id, organisation_id, state }) => organisation_id === order.organisation_id && state === 'available' && aircraft_id !== order.aircraft_id)
