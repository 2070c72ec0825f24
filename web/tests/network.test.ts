import { expect, test } from 'vitest'
import { populationFormat, type NetworkSite } from '../src/api/network'
import { corridorDraftOf, corridorFaults, corridorFeature, emptyCorridor } from '../src/network/corridorDraft'
import { emptySite, parseSectors, siteDraftOf, siteFaults, siteFeature } from '../src/network/siteDraft'

const site: NetworkSite = {
  type: 'Feature',
  version: 4,
  geometry: { type: 'Point', coordinates: [114.262, 22.718] },
  properties: {
    site_id: 'st_yard',
    name: 'Yard',
    kind: 'dock',
    pads: 3,
    elevation_amsl_m: 12.5,
    radius_m: 40,
    operator_id: 'org_a',
    open: true,
    source: 'survey',
    demonstration: false,
    opening_hours: [{ starts_at: null, ends_at: null, weekly: [{ days: ['MO', 'TU'], from: '08:00', to: '24:00' }] }],
    closures: [
      { starts_at: '2031-03-02T00:00:00Z', ends_at: '2031-03-02T02:00:00Z', reason: 'paint' },
      { starts_at: null, ends_at: null, weekly: [{ days: ['SU'], from: '10:00', to: '11:00' }], reason: 'market' },
    ],
    slot: { prep_s: 45, clear_s: null, turn_around_s: 120 },
    charging_w: 1200,
    battery_swap_s: 90,
    approach_deg: [[350, 20]],
    departure_deg: [],
  },
}

test('a site that is opened and published unchanged says the same, what the form does not show included', () => {
  const draft = siteDraftOf(site)
  expect(siteFaults(draft)).toEqual([])
  const sent = siteFeature(draft).properties!
  expect(sent).toMatchObject({ site_id: 'st_yard', pads: 3, elevation_amsl_m: 12.5, radius_m: 40, operator_id: 'org_a', source: 'survey', charging_w: 1200, battery_swap_s: 90, approach_deg: [[350, 20]] })
  expect(sent['opening_hours']).toEqual([{ weekly: [{ days: ['MO', 'TU'], from: '08:00', to: '24:00' }] }])
  expect(sent['slot']).toEqual({ prep_s: 45, turn_around_s: 120 })
  expect(sent['closures']).toEqual([{ weekly: [{ days: ['SU'], from: '10:00', to: '11:00' }], reason: 'market' }, { starts_at: '2031-03-02T00:00:00.000Z', ends_at: '2031-03-02T02:00:00.000Z', reason: 'paint' }])
})

test('weekly closures are changed in the form; what it cannot show is kept as it is', () => {
  const rich = { starts_at: '2031-01-01T00:00:00Z', ends_at: null, weekly: [{ days: ['MO'], from: '08:00', to: '09:00' }] }
  const draft = siteDraftOf({ ...site, properties: { ...site.properties, closures: [rich, ...site.properties.closures!] } })
  expect(draft.weeklyClosures).toEqual([{ days: ['SU'], from: '10:00', to: '11:00', reason: 'market' }])
  const changed = { ...draft, closures: [], weeklyClosures: [{ ...draft.weeklyClosures[0]!, days: ['SA', 'SU'], to: '00:00', reason: '' }] }
  expect(siteFaults(changed)).toEqual([])
  expect(siteFeature(changed).properties!['closures']).toEqual([rich, { weekly: [{ days: ['SA', 'SU'], from: '10:00', to: '24:00' }] }])
  expect(siteFaults({ ...draft, weeklyClosures: [{ days: [], from: '10:00', to: '11:00', reason: '' }] })).toEqual(['closure'])
})

test('hours the form cannot show are kept as they are', () => {
  const hours = [{ starts_at: '2031-01-01T00:00:00Z', ends_at: null, weekly: [{ days: ['MO'], from: '08:00', to: '09:00' }] }]
  const draft = siteDraftOf({ ...site, properties: { ...site.properties, opening_hours: hours } })
  expect(draft.hours).toBe('kept')
  expect(siteFeature(draft).properties!['opening_hours']).toEqual(hours)
})

test('what is wrong with a site is named before anything is sent', () => {
  expect(siteFaults(emptySite())).toEqual(['id', 'name', 'few_points'])
  const draft = siteDraftOf(site)
  expect(siteFaults({ ...draft, pads: '0' })).toEqual(['pads'])
  expect(siteFaults({ ...draft, swap: '-1' })).toEqual(['number'])
  expect(siteFaults({ ...draft, closures: [{ from: '2031-03-02T10:00', to: '2031-03-02T08:00', reason: '' }] })).toEqual(['closure'])
  expect(siteFaults({ ...draft, departures: 'north' })).toEqual(['sectors'])
})

test('sectors are read as people write them', () => {
  expect(parseSectors('350-20, 90–120')).toEqual([
    [350, 20],
    [90, 120],
  ])
  expect(parseSectors('')).toEqual([])
  expect(parseSectors('90-90')).toBeNull()
  expect(parseSectors('0-361')).toBeNull()
})

test('a corridor is sent as it was opened; a band upside down is wrong', () => {
  const properties = { corridor_id: 'co_1', name: 'Way', width_m: 60, lower_m: 60, upper_m: 120, datum: 'AGL' as const, direction: 'forward' as const, speed_mps: 12, layer: 'L1', capacity: 4, source: null, demonstration: false }
  const line = [
    [114.2, 22.7],
    [114.3, 22.8],
  ]
  const draft = corridorDraftOf({ type: 'Feature', version: 1, geometry: { type: 'LineString', coordinates: line }, properties })
  expect(corridorFaults(draft)).toEqual([])
  expect(corridorFeature(draft).geometry).toEqual({ type: 'LineString', coordinates: line })
  expect(corridorFeature(draft).properties).toMatchObject({ corridor_id: 'co_1', direction: 'forward', capacity: 4, speed_mps: 12, layer: 'L1' })
  expect(corridorFaults({ ...draft, lower: '130' })).toEqual(['band'])
  expect(corridorFaults({ ...draft, capacity: '1.5' })).toEqual(['capacity'])
  expect(corridorFaults(emptyCorridor())).toEqual(['id', 'name', 'few_points'])
})

test('a file of people is read in the format its name tells', () => {
  expect(['a.csv', 'a.JSON', 'a.geojson', 'a.tif', 'a.tiff'].map(populationFormat)).toEqual(['csv', 'json', 'geojson', 'geotiff', 'geotiff'])
})
