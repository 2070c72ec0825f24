/** Which drones the map shows: by state, firm, kind of operation and height; kept in the address. Pure. */

import { stateNames, type StateName } from './decode'

export const operationKinds = ['logistics', 'inspection', 'survey', 'emergency', 'public_safety', 'environment', 'other'] as const
export type OperationKind = (typeof operationKinds)[number]

export interface TrackFilter {
  /** Empty: every state. */
  readonly states: readonly StateName[]
  /** Organisation id. */
  readonly firm: string | null
  readonly kind: OperationKind | null
  /** Heights in the datum of the labels on the map. */
  readonly from_m: number | null
  readonly to_m: number | null
}

export const noFilter: TrackFilter = { states: [], firm: null, kind: null, from_m: null, to_m: null }

export const filters = ({ states, firm, kind, from_m, to_m }: TrackFilter): boolean =>
  states.length > 0 || firm !== null || kind !== null || from_m !== null || to_m !== null

const metres = (text: string | null): number | null => {
  const value = text === null || text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) && Math.abs(value) <= 10_000 ? value : null
}

/** Read the address; anything it does not know counts as not asked for. */
export function readFilter(search: string): TrackFilter {
  const query = new URLSearchParams(search)
  const states = query.get('state')?.split(',') ?? []
  return {
    states: stateNames.filter((name) => states.includes(name)),
    firm: query.get('firm') || null,
    kind: operationKinds.find((name) => name === query.get('kind')) ?? null,
    from_m: metres(query.get('above')),
    to_m: metres(query.get('below')),
  }
}

/** What stands in the address for a filter; null takes a parameter away. */
export const filterParams = ({ states, firm, kind, from_m, to_m }: TrackFilter): Readonly<Record<string, string | null>> => ({
  state: states.length === 0 ? null : states.join(','),
  firm,
  kind,
  above: from_m === null ? null : String(from_m),
  below: to_m === null ? null : String(to_m),
})

export const filterNames = ['state', 'firm', 'kind', 'above', 'below'] as const

/** What is known of a drone besides its row. */
export interface Seen {
  readonly state: StateName
  readonly operator_id: string | null
  readonly plan_id: string | null
  /** In the datum of the filter; null where not known. */
  readonly alt_m: number | null
}

/**
 * Whether a filter lets a drone through. What is not known does not pass a condition on it: somebody who asks for one
 * firm, kind or layer is shown only what is known to belong to it.
 */
export function passes(filter: TrackFilter, seen: Seen, kindOf: (planId: string) => OperationKind | null): boolean {
  const { states, firm, kind, from_m, to_m } = filter
  if (states.length > 0 && !states.includes(seen.state)) return false
  if (firm !== null && seen.operator_id !== firm) return false
  if (kind !== null && (seen.plan_id === null || kindOf(seen.plan_id) !== kind)) return false
  if (from_m !== null && (seen.alt_m === null || seen.alt_m < from_m)) return false
  return to_m === null || (seen.alt_m !== null && seen.alt_m <= to_m)
}

/**
 * Put the packed records that are to be shown before the others, in place and each kind in its order; returns how many.
 * Nothing is lost: who asks for a hidden drone by name still finds it.
 */
export function showFirst(data: Float32Array, count: number, words: number, shows: (at: number) => boolean): number {
  const hidden: number[] = []
  let shown = 0
  let later: Float32Array | null = null
  for (let i = 0; i < count; i++) {
    const at = i * words
    if (shows(at)) {
      if (later !== null) data.copyWithin(shown * words, at, at + words)
      shown++
    } else {
      later ??= new Float32Array(count * words)
      later.set(data.subarray(at, at + words), hidden.length * words)
      hidden.push(i)
    }
  }
  if (later !== null) data.set(later.subarray(0, hidden.length * words), shown * words)
  return shown
}
