/** What a person filled in about a fault, as the request for it; pure. */

import type { FaultKind, FaultValue, NewFault } from '../api/faults'

/** Why a field cannot be sent as it stands. */
export type FieldFault = 'number' | 'range' | 'word'

const LONGEST_S = 604_800

/** Read a value as its kind bounds it; an empty field is the default. */
export function readValue(spec: FaultValue, text: string): { readonly value: number | string } | { readonly fault: FieldFault } {
  const given = text.trim()
  if (given === '') return { value: spec.default }
  if (typeof spec.default === 'string') {
    return spec.one_of !== undefined && !spec.one_of.includes(given) ? { fault: 'word' } : { value: given }
  }
  const value = Number(given)
  if (!Number.isFinite(value)) return { fault: 'number' }
  if (value < (spec.minimum ?? -Infinity) || value > (spec.maximum ?? Infinity)) return { fault: 'range' }
  return { value }
}

/** Read how long a fault lasts; an empty field is until it is taken away. */
export function readLasts(text: string): { readonly value: number | null } | { readonly fault: FieldFault } {
  if (text.trim() === '') return { value: null }
  const value = Number(text)
  if (!Number.isFinite(value)) return { fault: 'number' }
  return value > 0 && value <= LONGEST_S ? { value } : { fault: 'range' }
}

/** The request, or null while a field is at fault. */
export function faultBody(vehicle_id: string, kind: FaultKind, texts: Readonly<Record<string, string>>, lasts: string): NewFault | null {
  const values: Record<string, number | string> = {}
  for (const spec of kind.values) {
    const read = readValue(spec, texts[spec.name] ?? '')
    if ('fault' in read) return null
    values[spec.name] = read.value
  }
  const lasting = readLasts(lasts)
  if (vehicle_id === '' || 'fault' in lasting) return null
  return { vehicle_id, kind: kind.kind, ...(lasting.value === null ? {} : { lasts_s: lasting.value }), ...(kind.values.length === 0 ? {} : { values }) }
}
