import { expect, test } from 'vitest'
import { find, gridQuery, idQuery, match, type Haystack } from '../src/search/find'
import type { IndexItem } from '../src/live/protocol'

const drone = (track_id: string, registration: string | null): IndexItem => ({ row: 0, track_id, aircraft_id: null, plan_id: null, registration, operator_name: 'Firm', source: 'mavlink', operator_id: null })
const hay: Haystack = {
  drones: [drone('trk_1', 'UASHX000001'), drone('trk_2', 'UASHX000011')],
  plans: [{ plan_id: 'fp_abc', state: 'approved', version: 1, aircraft_id: 'ac_9' }],
  alerts: [{ alert_id: 'al_1', kind: 'link_lost', severity: 'warning', status: 'raised', raised_at: '2026-01-01T00:00:00Z', detail: 'Nothing is heard of it', detail_zh: '失去联系', aircraft_id: 'ac_9' }],
  orders: [{ order_id: 'or_1', organisation_id: 'org_a', state: 'created', version: 1, origin_site_id: 'a', destination_site_id: 'b', payload_kg: 1, priority_class: 'standard', reference: 'Blood 17' }],
  aircraft: [{ aircraft_id: 'ac_9', registration: 'UASHX000099', organisation_id: 'org_a' }],
  firms: [{ organisation_id: 'org_a', name: 'Harbour Couriers', name_zh: '海港快送' }],
  zones: [{ type: 'Feature', geometry: { type: 'Polygon', coordinates: [[[114, 22.5], [114.1, 22.5], [114.1, 22.6], [114, 22.5]]] }, properties: { zone_id: 'zn_park', name: 'Lotus park', name_zh: '莲花山公园', restriction: 'PROHIBITED', lower_m: 0, upper_m: null, datum: 'AGL' } }],
  sites: [{ type: 'Feature', geometry: { type: 'Point', coordinates: [114.05, 22.55] }, properties: { site_id: 'st_park', name: 'Talent park', name_zh: '人才公园' } }],
  corridors: [],
  places: [{ zh: '福田', en: 'Futian', kind: 'district', lon_deg: 114.05, lat_deg: 22.52 }],
}

test('exact answers stand before beginnings, beginnings before words, words before the rest', () => {
  expect(['fp_abc', 'fp_ab', 'lotus park', 'the park', 'apparks'].map((text) => match(text, text === 'fp_abc' ? 'fp_abc' : text === 'fp_ab' ? 'fp' : 'park'))).toEqual([0, 1, 2, 2, 3])
  expect(match(null, 'x')).toBeNull()
})

test('anything is found by any of its names, in the reader’s language', () => {
  expect(find('uashx0000', hay, false).filter(({ kind }) => kind === 'drone').map(({ id }) => id)).toEqual(['trk_1', 'trk_2'])
  expect(find('公园', hay, true).map(({ kind, name }) => [kind, name])).toEqual([['site', '人才公园'], ['zone', '莲花山公园']])
  expect(find('park', hay, false).map(({ name }) => name)).toEqual(['Talent park', 'Lotus park'])
  expect(find('futian', hay, true)[0]).toMatchObject({ kind: 'place', name: '福田', detail: 'Futian' })
  expect(find('fp_abc', hay, false)[0]).toMatchObject({ kind: 'plan', id: 'fp_abc' })
  expect(find('zn_park', hay, false)[0]?.box).toEqual([114, 22.5, 114.1, 22.6])
  expect(find('  ', hay, false)).toEqual([])
  expect(find('nothing of the kind', hay, false)).toEqual([])
})

test('firms, orders, alerts and aircraft that do not fly are found, each by what people call it', () => {
  const kinds = (query: string, chinese = false) => find(query, hay, chinese).map(({ kind, id }) => [kind, id])
  expect(kinds('harbour')).toEqual([['firm', 'org_a']])
  expect(find('海港', hay, true)[0]).toMatchObject({ kind: 'firm', name: '海港快送' })
  expect(kinds('blood')).toEqual([['order', 'or_1']])
  expect(kinds('失去联系', true)).toEqual([['alert', 'al_1']])
  // By its registration: what is wrong with it, its plan, and where it stands in the fleet.
  expect(kinds('UASHX000099')).toEqual([['alert', 'al_1'], ['plan', 'fp_abc'], ['aircraft', 'UASHX000099']])
  expect(find('UASHX000099', hay, false).at(-1)).toMatchObject({ detail: 'Harbour Couriers' })
  // What is heard stands there as a drone, once.
  const heard = { ...hay, drones: [{ ...drone('trk_9', 'UASHX000099'), aircraft_id: 'ac_9' }] }
  expect(find('UASHX000099', heard, false).map(({ kind }) => kind)).toEqual(['drone', 'alert', 'plan'])
})

test('whole ids of plans and orders are told from words', () => {
  expect(idQuery(' fp_2k7cabcdefgh ')).toBe('plan')
  expect(idQuery('or_2k7cabcdefgh')).toBe('order')
  expect(idQuery('or_1')).toBeNull()
  expect(idQuery('Harbour Couriers')).toBeNull()
})

test('a position is understood, and grid codes are told from names', () => {
  expect(find('22.54, 114.06', hay, false)[0]).toMatchObject({ kind: 'position', at: { lat_deg: 22.54, lon_deg: 114.06 } })
  expect(gridQuery('N50G4')).toBe('code')
  expect(gridQuery('88411cb0c5fffff')).toBe('h3')
  expect(gridQuery('Nanshan')).toBeNull()
  expect(gridQuery('UASHX000001')).toBeNull()
})
