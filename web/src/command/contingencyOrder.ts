/** Contingencies in the order of attention. */

import type { Contingency } from '../api/commands'

const began = (item: Contingency): number => {
  const at = Date.parse(item.declared_at ?? item.detected_at ?? '')
  return Number.isNaN(at) ? 0 : at
}

/** What waits for a decision first, the one that waits longest on top; then the open ones, the newest first. */
export function inOrder(items: readonly Contingency[]): Contingency[] {
  const asked = items.filter(({ state }) => state === 'proposed').sort((a, b) => began(a) - began(b))
  const open = items.filter(({ state }) => state !== 'proposed').sort((a, b) => began(b) - began(a))
  return [...asked, ...open]
}
