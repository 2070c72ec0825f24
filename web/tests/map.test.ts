import { expect, test } from 'vitest'
import { readUrl, writeUrl } from '../src/app/urlState'
import { places, runways } from '../src/city/shenzhen'
import { airspaceCollections } from '../src/map/airspaceData'
import { placeLabels, type Candidate } from '../src/map/droneLabels'
import { contains, extentOf, labelPoint, runwayOutline } from '../src/map/geometry'
import { palettes } from '../src/map/palette'
import { enlarged } from '../src/map/uiScale'
import { mapStyle } from '../src/map/style'
import { zoneTimesOnMap } from '../src/map/zoneTimes'
import { translator } from '../src/i18n/translate'

const candidate = (row: number, x_px: number, y_px: number, rank = 5): Candidate => ({ row, slot: row, x_px, y_px, rank })

test('no two labels overlap, the more important come first, and a label keeps its side', () => {
  const crowd = Array.from({ length: 300 }, (_, i) => candidate(i, (i * 37) % 400, (i * 53) % 300, i % 7))
  const placed = placeLabels(crowd, () => [80, 18], () => 10, new Map())
  expect(placed.length).toBeGreaterThan(20)
  for (const a of placed) {
    for (const b of placed) {
      if (a !== b) expect(a.box.x0 < b.box.x1 && b.box.x0 < a.box.x1 && a.box.y0 < b.box.y1 && b.box.y0 < a.box.y1).toBe(false)
    }
  }
  const rival = placeLabels([candidate(1, 50, 50, 5), candidate(2, 52, 50, 0)], () => [80, 200], () => 10, new Map(), 1)
  expect(rival.map((one) => one.candidate.row)).toEqual([2])
  expect(placeLabels([candidate(3, 50, 50)], () => [80, 18], () => 10, new Map([[3, 1]]))[0]!.side).toBe(1)
})

test('a zone’s badge lies inside it, also when its middle does not', () => {
  const horseshoe: GeoJSON.Polygon = {
    type: 'Polygon',
    coordinates: [[[0, 0], [10, 0], [10, 10], [8, 10], [8, 2], [2, 2], [2, 10], [0, 10], [0, 0]]],
  }
  const [x, y] = labelPoint(horseshoe)
  expect(contains(horseshoe, x, y)).toBe(true)
  expect(contains(horseshoe, 5, 6)).toBe(false)
  expect(extentOf(horseshoe)).toBeCloseTo(52)
})

test('a runway’s outline is as long and wide as the runway', () => {
  const outline = runwayOutline(runways[1]!)
  const metres = (a: [number, number], b: [number, number]) => Math.hypot((a[0] - b[0]) * 102_650, (a[1] - b[1]) * 111_195)
  expect(metres(outline[0]!, outline[1]!)).toBeCloseTo(3812, -2)
  expect(metres(outline[1]!, outline[2]!)).toBeCloseTo(60, 0)
})

test('the address keeps a view to about a metre and ignores nonsense', () => {
  const written = writeUrl('?x=1', { lang: 'en', camera: { lat_deg: 22.543215, lon_deg: 114.05, zoom: 12.345 }, track_id: 'trk_1' })
  expect(written).toBe('?x=1&lang=en&view=22.54322,114.05000,12.35&track=trk_1')
  expect(readUrl(written).camera).toEqual({ lat_deg: 22.54322, lon_deg: 114.05, zoom: 12.35 })
  expect(writeUrl(written, { track_id: null })).not.toContain('track')
  for (const view of ['', 'a,b,c', '1,2', '99,0,3', '1,2,NaN', '22,114,99']) expect(readUrl(`?view=${view}`).camera).toBeNull()
  expect(readUrl('?theme=pink').theme).toBeNull()
})

test('the style asks nobody for anything: no glyphs, sprites, tiles or remote data', () => {
  const style = mapStyle(palettes.dark, 'zh-CN')
  expect(JSON.stringify(style)).not.toMatch(/https?:/)
  expect([style.glyphs, style.sprite]).toEqual([undefined, undefined])
})

test('no line of a plan, a trail or a conflict runs over a name, and the words of the plan keep their place first', () => {
  const layers = mapStyle(palettes.dark, 'en').layers.map(({ id, type }) => ({ id, label: type === 'symbol' && id !== 'corridor-way' }))
  const names = layers.filter(({ label }) => label).map(({ id }) => id)
  const lines = layers.filter(({ label }) => !label).map(({ id }) => id)
  expect(layers.map(({ id }) => id)).toEqual([...lines, ...names])
  expect(lines).toEqual(expect.arrayContaining(['plan-line', 'plan-casing', 'trail', 'trails', 'focus-segment', 'focus-casing']))
  expect(names).toEqual(expect.arrayContaining(['site-name', 'zone-badge', 'district', 'place']))
  expect(names.slice(-2)).toEqual(['plan-now', 'focus-words'])
})

test('every place has both names and lies on the base map', () => {
  for (const place of places) {
    expect(place.zh).toMatch(/\p{Script=Han}/u)
    expect(place.en).not.toBe('')
    expect(place.lon_deg > 113 && place.lon_deg < 115.4 && place.lat_deg > 21.8 && place.lat_deg < 23.3).toBe(true)
  }
})

test('a site says how many pads are free, that it is full or closed, and nothing where that is not known', () => {
  const site = (site_id: string) => ({ type: 'Feature' as const, geometry: { type: 'Point' as const, coordinates: [114, 22.5] }, properties: { site_id, name: site_id } })
  const pads = new Map([
    ['a', { open: true, pads: 3, pads_free: 2 }],
    ['b', { open: true, pads: 1, pads_free: 0 }],
    ['c', { open: false, pads: 2, pads_free: 2 }],
  ])
  const sites = ['a', 'b', 'c', 'd'].map(site) as unknown as Parameters<typeof airspaceCollections>[0]['sites']
  const told = airspaceCollections({ zones: [], active: null, corridors: [], sites, pads })['sites']!.features.map(({ properties }) => [properties!['pad_state'], properties!['pads_en'], properties!['pads_zh']])
  expect(told).toEqual([
    ['free', '2/3 free', '空 2/3'],
    ['full', '0/1 free', '空 0/1'],
    ['closed', 'closed', '已关闭'],
    ['unknown', '', ''],
  ])
})

test('a zone says on the map when it holds, in Beijing time, and nothing where it always holds', () => {
  const told = (lang: 'zh-CN' | 'en', applicability: Parameters<typeof zoneTimesOnMap>[1]) => zoneTimesOnMap(translator(lang), applicability)
  const from = '2026-11-23T06:00:00Z'
  expect(told('en', undefined)).toBe('')
  expect(told('en', [{ starts_at: from, ends_at: '2026-11-23T08:30:00Z' }])).toBe('11-23 14:00–16:30')
  expect(told('zh-CN', [{ starts_at: from, ends_at: '2026-11-23T18:00:00Z' }])).toBe('11-23 14:00 – 11-24 02:00')
  expect(told('en', [{ starts_at: from }])).toBe('from 11-23 14:00')
  expect(told('zh-CN', [{ ends_at: from }])).toBe('至 11-23 14:00')
  expect(told('en', [{ weekly: [{ days: ['MO', 'TU'], from: '08:00', to: '20:00' }, { from: '22:00:00' }] }])).toBe('Mon Tue 08:00–20:00 · 22:00–24:00')
  const many = ['01', '02', '03', '04'].map((day) => ({ starts_at: `2026-12-${day}T00:00:00Z`, ends_at: `2026-12-${day}T01:00:00Z` }))
  expect(told('en', many)).toBe('12-01 08:00–09:00\n12-02 08:00–09:00\n2 more')
  const zone = { type: 'Feature' as const, geometry: { type: 'Polygon' as const, coordinates: [[[114, 22.5], [114.1, 22.5], [114.1, 22.6], [114, 22.5]]] }, properties: { name: 'Show', restriction: 'PROHIBITED' as const, lower_m: 0, upper_m: null, datum: 'AGL' as const, applicability: [{ starts_at: from }] } }
  const point = airspaceCollections({ zones: [zone], active: null, corridors: [], sites: [], pads: new Map() })['zone-points']!.features[0]!
  expect(point.properties).toMatchObject({ times_en: 'from 11-23 14:00', times_zh: '11-23 14:00 起' })
})

test('on a wall of four thousand pixels words and signs of the map grow, and nothing else of it does', () => {
  const symbol = { id: 's', type: 'symbol', source: 'x', layout: { 'text-size': ['interpolate', ['linear'], ['zoom'], 9, 10, 12, 20], 'icon-image': 'a' } } as const
  const grown = enlarged(symbol as unknown as Parameters<typeof enlarged>[0], 2) as { layout: Record<string, unknown> }
  expect(grown.layout['text-size']).toEqual(['interpolate', ['linear'], ['zoom'], 9, 20, 12, 40])
  expect(grown.layout['icon-size']).toBe(2)
  const line = { id: 'l', type: 'line', source: 'x', paint: { 'line-width': 2 } } as const
  expect(enlarged(line as unknown as Parameters<typeof enlarged>[0], 2)).toBe(line)
})
