import { expect, test } from 'vitest'
import { askedAt, Heights } from '../src/live/heights'
import { mercatorX, mercatorY } from '../src/live/mercator'

const origin = { lat_deg: 22.6, lon_deg: 114.06 }
const at = (lat_deg: number, lon_deg: number): [number, number] => [mercatorX(lon_deg) - mercatorX(origin.lon_deg), mercatorY(lat_deg) - mercatorY(origin.lat_deg)]

test('the geoid is asked for at nine places, from the north west, row by row', () => {
  expect(askedAt([113, 22, 115, 23])).toEqual({ lons_deg: [113, 114, 115], lats_deg: [23, 22.5, 22] })
})

test('at the places asked for the geoid is what was told, in between it goes evenly, and beyond the box its edge holds', () => {
  const heights = new Heights({ ...askedAt([113, 22, 115, 23]), undulations_m: [-1, -2, -3, -2, -3, -4, -3, -4, -5] }, origin)
  const undulation = (lat: number, lon: number) => heights.undulationM(...at(lat, lon))
  expect(undulation(23, 113)).toBeCloseTo(-1, 9)
  expect(undulation(22, 115)).toBeCloseTo(-5, 9)
  expect(undulation(22.5, 114)).toBeCloseTo(-3, 9)
  expect(undulation(23, 114.5)).toBeCloseTo(-2.5, 9)
  expect(undulation(22.25, 113)).toBeCloseTo(-2.5, 2)
  expect(undulation(24, 112)).toBeCloseTo(-1, 9)
})
