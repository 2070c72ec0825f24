/** What differs between a version of a zone and what holds now, in words a person compares. */

import type { Zone } from '../../api/types'

export const comparedFields = ['name', 'restriction', 'lower', 'upper', 'times', 'shape', 'reason', 'message'] as const
export type ComparedField = (typeof comparedFields)[number]

export interface Difference {
  readonly field: ComparedField
  readonly then: string
  readonly now: string
}

const shapeWords = (zone: Zone): string => {
  const points = JSON.stringify(zone.geometry).match(/\[-?[\d.]+,-?[\d.]+\]/g)?.length ?? 0
  const { radius_m } = zone.properties as { readonly radius_m?: number | null }
  return radius_m == null ? `${zone.geometry.type} (${points})` : `Point, ${radius_m} m`
}

function wordsOf(zone: Zone, field: ComparedField): string {
  const p = zone.properties
  if (field === 'name') return `${p.name} ${p.name_zh ?? ''}`.trim()
  if (field === 'restriction') return p.restriction
  if (field === 'lower') return `${p.lower_m ?? '–'} m ${p.datum}`
  if (field === 'upper') return `${p.upper_m ?? '∞'} m ${p.datum}`
  if (field === 'times') return (p.applicability ?? []).map((each) => `${each.starts_at ?? ''}–${each.ends_at ?? ''}${each.weekly == null ? '' : ` ${JSON.stringify(each.weekly)}`}`).join('; ') || '–'
  if (field === 'shape') return shapeWords(zone)
  return (field === 'reason' ? p.reason : p.message) ?? '–'
}

export function differences(then: Zone, now: Zone): readonly Difference[] {
  return comparedFields.flatMap((field) => {
    const [before, after] = [wordsOf(then, field), wordsOf(now, field)]
    const moved = field === 'shape' && before === after && JSON.stringify(then.geometry) !== JSON.stringify(now.geometry)
    return before === after && !moved ? [] : [{ field, then: before, now: moved ? `${after} *` : after }]
  })
}
