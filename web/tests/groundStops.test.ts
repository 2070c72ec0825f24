import { expect, test } from 'vitest'
import type { GroundStop } from '../src/api/groundStops'
import { city } from '../src/city/shenzhen'
import { stopOf, emptyStop } from '../src/screens/checklists/stopDraft'
import { standing, stopBox, stopCollections, stopCovers, stopsCity } from '../src/map/stopDrawing'
import { airspaceCollections } from '../src/map/airspaceData'
import { palettes } from '../src/map/palette'
import { layerGroups, mapStyle } from '../src/map/style'

const NOW = Date.parse('2026-11-23T06:00:00Z')
const stop = (part: Partial<GroundStop>): GroundStop => ({ ground_stop_id: 'gs_1', geometry: { type: 'Point', coordinates: [114, 22.5] }, radius_m: 2_000, until: '2026-11-23T06:30:00Z', reason: 'Crane', ...part })
const whole = stop({ ...stopOf({ ...emptyStop, reason: 'Drill' }, NOW)!, ground_stop_id: 'gs_2', radius_m: null })

test('a ground stop stands until its time and no second longer, the one that ends first before the others', () => {
  const later = stop({ ground_stop_id: 'gs_3', until: '2026-11-23T07:00:00Z' })
  expect(standing([later, stop({})], NOW).map(({ ground_stop_id }) => ground_stop_id)).toEqual(['gs_1', 'gs_3'])
  expect(standing([later, stop({})], Date.parse('2026-11-23T06:30:00Z'))).toEqual([later])
})

test('the whole city is told from a part of it', () => {
  expect(stopsCity(whole)).toBe(true)
  expect(stopsCity(stop({}))).toBe(false)
  expect(stopsCity(stop({ radius_m: 90_000, geometry: { type: 'Point', coordinates: [114.1, 22.6] } }))).toBe(true)
})

test('a circle covers what lies within its radius in metres, an area what lies in it', () => {
  expect(stopCovers(stop({}), 114.019, 22.5)).toBe(true)
  expect(stopCovers(stop({}), 114.021, 22.5)).toBe(false)
  expect(stopCovers(whole, city.origin.lon_deg, city.origin.lat_deg)).toBe(true)
})

test('each stop is drawn as an area with a sign that says until when and why, in both languages', () => {
  const drawn = stopCollections([stop({ reason: 'x'.repeat(300) })])
  expect(drawn['stops']!.features.map(({ geometry }) => geometry.type)).toEqual(['Polygon'])
  const sign = drawn['stop-points']!.features[0]!
  expect(sign.geometry).toMatchObject({ type: 'Point' })
  expect(sign.properties!['en']).toMatch(/^No departures\nuntil 14:30\nx+…$/)
  expect(sign.properties!['zh']).toMatch(/^停飞\n至 14:30\nx+…$/)
  expect((sign.properties!['en'] as string).length).toBeLessThan(60)
  const [west, , east] = stopBox(stop({}))
  expect((east - west) * 102_700).toBeCloseTo(4_000, -2)
})

test('a site inside a stop says so before its free pads, and one outside says nothing of it', () => {
  const site = (site_id: string, lon: number) => ({ type: 'Feature' as const, geometry: { type: 'Point' as const, coordinates: [lon, 22.5] }, properties: { site_id, name: site_id } })
  const sites = [site('in', 114.005), site('out', 114.05)] as unknown as Parameters<typeof airspaceCollections>[0]['sites']
  const pads = new Map([['in', { open: true, pads: 3, pads_free: 2 }]])
  const told = airspaceCollections({ zones: [], active: null, corridors: [], sites, pads, stops: [stop({})] })['sites']!.features.map(({ properties }) => [properties!['stopped'], properties!['pads_en'], properties!['pads_zh']])
  expect(told).toEqual([
    [true, 'no departures\n2/3 free', '停飞\n空 2/3'],
    [false, '', ''],
  ])
})

test('a stop is told by a pattern, an edge and words, not by colour alone, and no layer switch hides it', () => {
  const layers = mapStyle(palettes.light, 'en').layers.filter(({ id }) => id.startsWith('stop-') || id === 'site-stopped')
  expect(layers.map(({ id }) => id)).toEqual(expect.arrayContaining(['stop-pattern', 'stop-line', 'stop-sign', 'site-stopped']))
  const switched: readonly string[] = Object.values(layerGroups).flat()
  for (const { id } of layers) expect(switched).not.toContain(id)
})
