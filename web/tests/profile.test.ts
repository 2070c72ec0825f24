import { expect, test } from 'vitest'
import type { ProfileSamples, ZoneBand } from '../src/api/flightStory'
import { bandOutline, extentOf, groundColumn, heightColumn, inDatum, nearestSample, sampleAt, sampleAtTime, ticks } from '../src/plan/profile'

/** A kilometre over a hill 40 m high in the middle, flown 60 m above the sea; the geoid lies 3 m under the ellipsoid. */
const samples: ProfileSamples = {
  distance_m: [0, 500, 1000],
  at: ['2026-03-02T01:00:00Z', '2026-03-02T01:00:50Z', '2026-03-02T01:01:40Z'],
  lat_deg: [22.7, 22.7, 22.7],
  lon_deg: [114.2, 114.20487, 114.20974],
  ground_amsl_m: [0, 40, 0],
  undulation_m: [-3, -3, -3],
  alt_hae_m: [57, 57, 57],
  alt_amsl_m: [60, 60, 60],
  alt_agl_m: [60, 20, 60],
}

test('a height is the same place in every datum', () => {
  expect(inDatum(samples, 1, 60, 'AMSL', 'HAE')).toBe(57)
  expect(inDatum(samples, 1, 60, 'AMSL', 'AGL')).toBe(20)
  expect(inDatum(samples, 1, 20, 'AGL', 'HAE')).toBe(57)
  expect(heightColumn(samples, 'AGL')).toEqual([60, 20, 60])
  expect(groundColumn(samples, 'AGL')).toEqual([0, 0, 0])
  expect(groundColumn(samples, 'HAE')).toEqual([-3, 37, -3])
})

test('the axis holds ground, path and drone', () => {
  const { low_m, high_m } = extentOf(samples, 'AMSL', 5, [130])
  expect(low_m).toBeLessThanOrEqual(0)
  expect(high_m).toBeGreaterThan(130)
})

test('a band above ground rises with the hill, an open one ends at the top', () => {
  const band: ZoneBand = {
    zone_id: 'zn_1', name: 'Z', restriction: 'PROHIBITED', in_force: true, lower_m: 10, upper_m: null, datum: 'AGL', ranges_m: [[250, 750]],
  }
  const outline = bandOutline(samples, band, [250, 750], 'AMSL', 200)
  expect(outline.slice(0, 3)).toEqual([[250, 200], [500, 200], [750, 200]])
  expect(outline.slice(3)).toEqual([[750, 30], [500, 50], [250, 30]])
})

test('round ticks lie within the bounds', () => {
  expect(ticks(0, 100, 5)).toEqual([0, 20, 40, 60, 80, 100])
  expect(ticks(-13, 9, 4)).toEqual([-10, 0])
})

test('a drone is placed on the path by where and when, and not at all when it is far away', () => {
  expect(nearestSample(samples, 22.7, 114.2048, Date.parse(samples.at[1]!), 1000)).toBe(1)
  expect(nearestSample(samples, 22.8, 114.2, Date.parse(samples.at[0]!), 1000)).toBeNull()
  // Out and back over one place: the clock decides.
  const back = { ...samples, lon_deg: [114.2, 114.20487, 114.2] }
  expect(nearestSample(back, 22.7, 114.2, Date.parse(samples.at[2]!), 1000)).toBe(2)
})

test('the planned sample of an instant is the nearest one, and there is none outside the flight', () => {
  expect(sampleAtTime(samples, Date.parse('2026-03-02T01:00:40Z'))).toBe(1)
  expect(sampleAtTime(samples, Date.parse('2026-03-02T00:59:59Z'))).toBeNull()
  expect(sampleAt(samples, 750)).toEqual({ index: 1, part: 0.5 })
})
