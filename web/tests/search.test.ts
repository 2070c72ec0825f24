import { expect, test } from 'vitest'
import { find, gridQuery, match, type Haystack } from '../src/search/find'
import type { IndexItem } from '../src/live/protocol'

const drone = (track_id: string, registration: string | null): IndexItem => ({ row: 0, track_id, aircraft_id: null, plan_id: null, registration, operator_name: 'Firm', source: 'mavlink', operator_id: null })
const hay: Haystack = {
  drones: [drone('trk_1', 'UASHX000001'), drone('trk_2', 'UASHX000011')],
  plans: [{ plan_id: 'fp_abc', state: 'approved', version: 1 }],
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
  expect(find('uashx', hay, false).map(({ id }) => id)).toEqual(['trk_1', 'trk_2'])
  expect(find('公园', hay, true).map(({ kind, name }) => [kind, name])).toEqual([['site', '人才公园'], ['zone', '莲花山公园']])
  expect(find('park', hay, false).map(({ name }) => name)).toEqual(['Talent park', 'Lotus park'])
  expect(find('futian', hay, true)[0]).toMatchObject({ kind: 'place', name: '福田', detail: 'Futian' })
  expect(find('fp_abc', hay, false)[0]).toMatchObject({ kind: 'plan', id: 'fp_abc' })
  expect(find('zn_park', hay, false)[0]?.box).toEqual([114, 22.5, 114.1, 22.6])
  expect(find('  ', hay, false)).toEqual([])
  expect(find('nothing of the kind', hay, false)).toEqual([])
})

test('a position is understood, and grid codes are told from names', () => {
  expect(find('22.54, 114.06', hay, false)[0]).toMatchObject({ kind: 'position', at: { lat_deg: 22.54, lon_deg: 114.06 } })
  expect(gridQuery('N50G4')).toBe('code')
  expect(gridQuery('88411cb0c5fffff')).toBe('h3')
  expect(gridQuery('Nanshan')).toBeNull()
  expect(gridQuery('UASHX000001')).toBeNull()
})
