import { expect, test } from 'vitest'
import { screenUrl } from '../src/app/urlState'
import { filterParams, filters, noFilter, passes, readFilter, showFirst, type Seen } from '../src/live/trackFilter'

const seen: Seen = { state: 'lost', operator_id: 'org_a', plan_id: 'pl_1', alt_m: 80 }
const inspection = () => 'inspection' as const

test('a filter goes into the address and comes out the same; nonsense counts as not asked for', () => {
  const filter = { states: ['nonconforming', 'lost'], firm: 'org_a', kind: 'inspection', from_m: -5, to_m: 120.5 } as const
  const query = new URLSearchParams(Object.entries(filterParams(filter)).filter((pair): pair is [string, string] => pair[1] !== null))
  expect(readFilter(`?${query}`)).toEqual(filter)
  expect(readFilter('?state=flying,&firm=&kind=war&above=high&below=1e9')).toEqual(noFilter)
  expect([filters(noFilter), filters(filter)]).toEqual([false, true])
})

test('a filter stays in the address when one goes to another screen and back', () => {
  expect(screenUrl('?state=lost&firm=org_a&track=trk_1', 'fleet')).toBe('?screen=fleet&state=lost&firm=org_a')
})

test('each condition holds by itself, and what is not known does not pass one on it', () => {
  expect(passes(noFilter, { state: 'unknown', operator_id: null, plan_id: null, alt_m: null }, () => null)).toBe(true)
  expect(passes({ ...noFilter, states: ['lost'] }, seen, inspection)).toBe(true)
  expect(passes({ ...noFilter, states: ['conforming'] }, seen, inspection)).toBe(false)
  expect(passes({ ...noFilter, firm: 'org_b' }, seen, inspection)).toBe(false)
  expect(passes({ ...noFilter, kind: 'inspection' }, seen, inspection)).toBe(true)
  expect(passes({ ...noFilter, kind: 'logistics' }, seen, inspection)).toBe(false)
  expect(passes({ ...noFilter, kind: 'inspection' }, { ...seen, plan_id: null }, inspection)).toBe(false)
  expect(passes({ ...noFilter, from_m: 80, to_m: 80 }, seen, inspection)).toBe(true)
  expect(passes({ ...noFilter, from_m: 81 }, seen, inspection)).toBe(false)
  expect(passes({ ...noFilter, to_m: 79 }, seen, inspection)).toBe(false)
  expect(passes({ ...noFilter, from_m: 0 }, { ...seen, alt_m: null }, inspection)).toBe(false)
})

test('what is shown stands first in its order, what is hidden behind it, and nothing is lost', () => {
  const data = Float32Array.from([0, 10, 1, 11, 2, 12, 3, 13, 4, 14, 99, 99])
  const shown = showFirst(data, 5, 2, (at) => data[at]! % 2 === 1)
  expect(shown).toBe(2)
  expect([...data]).toEqual([1, 11, 3, 13, 0, 10, 2, 12, 4, 14, 99, 99])
  expect(showFirst(data, 5, 2, () => true)).toBe(5)
  expect(showFirst(data, 5, 2, () => false)).toBe(0)
  expect([...data].slice(0, 4)).toEqual([1, 11, 3, 13])
})
