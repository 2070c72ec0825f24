import { expect, test } from 'vitest'
import { decodeTracks, type TrackFrame } from '../src/live/decode'
import { distanceM, latFromMercator, lonFromMercator, mercatorX, mercatorY } from '../src/live/mercator'
import { isStale, reckonedSeconds } from '../src/live/reckoning'
import {
  AT_AGE_S,
  AT_ALT_HAE_M,
  AT_HEADING,
  AT_ROW,
  AT_SPEED_MPS,
  AT_STATE,
  AT_VEL_UP_MPS,
  AT_VX,
  AT_VY,
  AT_X,
  AT_Y,
  NO_HEADING,
  PACKED_WORDS,
  TrackStore,
  UNKNOWN,
} from '../src/live/trackStore'
import { makeFrame, type Drone } from './frames'

const origin = { lon_deg: 114.06, lat_deg: 22.6 }
const frame = (...args: Parameters<typeof makeFrame>): TrackFrame => decodeTracks(makeFrame(...args)) as TrackFrame
const packed = (store: TrackStore, now_ms: number) => {
  const out = new Float32Array(Math.max(1, store.live) * PACKED_WORDS)
  const count = store.pack(out, now_ms)
  return Array.from({ length: count }, (_, i) => out.subarray(i * PACKED_WORDS, (i + 1) * PACKED_WORDS))
}
const at = (row: number, more: Partial<Drone> = {}): Drone => ({ row, lat_deg: 22.55, lon_deg: 114.1, ...more })

test('a snapshot replaces everything, its further frames add, an increment changes only its rows', () => {
  const store = new TrackStore(origin)
  store.apply(frame(0, [at(1), at(2)], { seq: 5 }))
  store.apply(frame(0, [at(3)], { seq: 5 }))
  expect(packed(store, 1_000_000).map((drone) => drone[AT_ROW])).toEqual([1, 2, 3])
  store.apply(frame(1, [at(2, { state: 1 }), at(9)], { seq: 6 }))
  expect(packed(store, 1_000_000).map((drone) => [drone[AT_ROW], drone[AT_STATE]])).toEqual([[1, 0], [2, 1], [3, 0], [9, 0]])
  store.apply(frame(0, [at(4)], { seq: 7 }))
  expect(packed(store, 1_000_000).map((drone) => drone[AT_ROW])).toEqual([4])
  store.remove([4, 1234567])
  expect(store.live).toBe(0)
})

test('rows far apart make the store grow, and absurd row numbers are counted and ignored', () => {
  const store = new TrackStore(origin)
  store.apply(frame(1, [at(0), at(100_000), at(2_000_000)]))
  expect(packed(store, 1_000_000).map((drone) => drone[AT_ROW])).toEqual([0, 100_000])
  expect(store.ignoredRows).toBe(1)
})

test('a packed position is right to a few centimetres and its velocity moves it by metres per second', () => {
  const store = new TrackStore(origin)
  store.apply(frame(0, [at(0, { lat_deg: 22.7351234, lon_deg: 113.8212345, east_mps: 10, north_mps: -4 })]))
  const drone = packed(store, 1_000_000)[0]!
  const where = (seconds: number) => ({
    lat: latFromMercator(mercatorY(origin.lat_deg) + drone[AT_Y]! + drone[AT_VY]! * seconds),
    lon: lonFromMercator(mercatorX(origin.lon_deg) + drone[AT_X]! + drone[AT_VX]! * seconds),
  })
  expect(distanceM(where(0).lat, where(0).lon, 22.7351234, 113.8212345)).toBeLessThan(0.05)
  const after = where(2)
  expect(distanceM(where(0).lat, where(0).lon, after.lat, after.lon)).toBeCloseTo(2 * Math.hypot(10, 4), 0)
  expect(after.lat).toBeLessThan(where(0).lat)
  expect(after.lon).toBeGreaterThan(where(0).lon)
})

test('age runs from the observation, and a saturated age never makes a position younger', () => {
  const store = new TrackStore(origin)
  store.apply(frame(0, [at(0, { age_s: 1.5 })], { tick_ms: 1_000_000 }))
  expect(packed(store, 1_003_000)[0]![AT_AGE_S]).toBeCloseTo(4.5)
  store.apply(frame(1, [at(0, { age_s: 25.5 })], { tick_ms: 1_060_000 }))
  expect(packed(store, 1_060_000)[0]![AT_AGE_S]).toBeCloseTo(61.5)
  store.apply(frame(1, [at(0, { age_s: 0.1 })], { tick_ms: 1_061_000 }))
  expect(packed(store, 1_061_000)[0]![AT_AGE_S]).toBeCloseTo(0.1)
})

test('an unknown velocity leaves the symbol where it was seen and the speed unknown', () => {
  const store = new TrackStore(origin)
  store.apply(frame(0, [at(0, { east_mps: -327.68, north_mps: 5, up_mps: -327.68, alt_hae_m: -3276.8 }), at(1, { east_mps: 3, north_mps: 4 })]))
  const [first, second] = packed(store, 1_000_000)
  expect([first![AT_VX]!, first![AT_VY]!].map(Math.abs)).toEqual([0, 0])
  expect([first![AT_SPEED_MPS], first![AT_VEL_UP_MPS], first![AT_ALT_HAE_M]]).toEqual([UNKNOWN, UNKNOWN, UNKNOWN])
  expect(second![AT_SPEED_MPS]).toBeCloseTo(5)
})

test('an unknown heading is not north and an unknown state code is "unknown"', () => {
  const store = new TrackStore(origin)
  store.apply(frame(0, [at(0, { heading_deg: null, state: 7 }), at(1, { heading_deg: 90 })]))
  const [first, second] = packed(store, 1_000_000)
  expect([first![AT_HEADING], first![AT_STATE]]).toEqual([NO_HEADING, 5])
  expect(second![AT_HEADING]).toBeCloseTo(Math.PI / 2)
})

test('a symbol is moved on for two seconds at most, never backwards, and is stale after that', () => {
  expect([-1, 0, 0.5, 2, 2.1, 3600].map(reckonedSeconds)).toEqual([0, 0, 0.5, 2, 2, 2])
  expect([0, 2, 2.01].map(isStale)).toEqual([false, false, true])
})

test('the summary counts states and lists contingent before off plan, lost and silent ones', () => {
  const store = new TrackStore(origin)
  store.apply(frame(0, [at(0), at(1, { state: 1 }), at(2, { state: 2 }), at(3, { state: 3 }), at(4, { age_s: 20 })]))
  const summary = store.summary(1_000_000)
  expect(summary.by_state).toEqual([2, 1, 1, 1, 0, 0])
  expect(summary.stale).toBe(1)
  expect(summary.attention.map((entry) => entry.row)).toEqual([2, 1, 3, 4])
  expect(store.summary(1_000_000, true).attention.map((entry) => entry.row)).toEqual([2, 1, 3])
})
