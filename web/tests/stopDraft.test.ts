import { expect, test } from 'vitest'
import { emptyStop, stopOf } from '../src/screens/checklists/stopDraft'

const NOW = Date.parse('2026-11-23T06:00:00Z')

test('a ground stop is sent when it is whole: the city, or a circle about a place that is one', () => {
  expect(stopOf(emptyStop, NOW)).toBeNull()
  const city = stopOf({ ...emptyStop, reason: ' Radar is silent ' }, NOW)
  expect(city).toMatchObject({ reason: 'Radar is silent', until: '2026-11-23T06:30:00.000Z', geometry: { type: 'Polygon' } })
  expect(city).not.toHaveProperty('radius_m')
  const circle = { ...emptyStop, whole: false, reason: 'Fire', place: '22.6, 114.1', radius_km: '2.5' }
  expect(stopOf(circle, NOW)).toMatchObject({ geometry: { type: 'Point', coordinates: [114.1, 22.6] }, radius_m: 2500 })
  for (const wrong of [{ place: 'somewhere' }, { radius_km: '0' }, { radius_km: '200' }, { minutes: '' }, { minutes: '2000' }]) expect(stopOf({ ...circle, ...wrong }, NOW)).toBeNull()
})
