import { expect, test } from 'vitest'
import { decodeTracks, type TrackFrame } from '../src/live/decode'
import { makeFrame, type Drone } from './frames'

const decoded = (buffer: ArrayBuffer): TrackFrame => {
  const frame = decodeTracks(buffer)
  if (typeof frame === 'string') throw new Error(frame)
  return frame
}

test('every column of a frame comes back as it was written, for odd and even counts', () => {
  for (const n of [1, 2, 3, 7, 1000]) {
    const drones = Array.from({ length: n }, (_, i): Drone => ({
      row: i * 3,
      lat_deg: 22.5 + i * 1e-6,
      lon_deg: 114 - i * 1e-6,
      alt_hae_m: -3.1 + i * 0.1,
      east_mps: 12.34,
      north_mps: -5.67,
      up_mps: 1.5,
      heading_deg: i % 360,
      state: i % 6,
      age_s: (i % 20) / 10,
    }))
    const frame = decoded(makeFrame(0, drones, { seq: 77, tick_ms: 123.5 }))
    expect([frame.kind, frame.seq, frame.tick_ms, frame.count]).toEqual(['snapshot', 77, 123.5, n])
    const last = n - 1
    expect(frame.row[last]).toBe(last * 3)
    expect(frame.lat_1e7[last]).toBe(Math.round((22.5 + last * 1e-6) * 1e7))
    expect(frame.lon_1e7[last]).toBe(Math.round((114 - last * 1e-6) * 1e7))
    expect(frame.alt_hae_dm[last]).toBe(Math.round((-3.1 + last * 0.1) * 10))
    expect([frame.vel_east_cmps[last], frame.vel_north_cmps[last], frame.vel_up_cmps[last]]).toEqual([1234, -567, 150])
    expect(frame.heading_cdeg[last]).toBe((last % 360) * 100)
    expect([frame.state[last], frame.age_ds[last]]).toEqual([last % 6, last % 20])
  }
})

test('an empty frame and an unknown heading are valid', () => {
  expect(decoded(makeFrame(1, [])).count).toBe(0)
  expect(decoded(makeFrame(1, [{ row: 0, lat_deg: 0, lon_deg: 0, heading_deg: null }])).heading_cdeg[0]).toBe(65535)
})

test('bytes that are no frame are named, never half read', () => {
  const good = makeFrame(0, [{ row: 1, lat_deg: 1, lon_deg: 1 }])
  expect(decodeTracks(new ArrayBuffer(31))).toBe('too_short')
  expect(decodeTracks(new ArrayBuffer(64))).toBe('bad_magic')
  expect(decodeTracks(makeFrame(0, [], { version: 1 }))).toBe('bad_version')
  expect(decodeTracks(good.slice(0, good.byteLength - 1))).toBe('bad_length')
  const longer = new Uint8Array(good.byteLength + 22)
  longer.set(new Uint8Array(good))
  expect(decodeTracks(longer.buffer)).toBe('bad_length')
  const kind = good.slice(0)
  new DataView(kind).setUint8(5, 2)
  expect(decodeTracks(kind)).toBe('bad_kind')
  const many = good.slice(0)
  new DataView(many).setUint32(8, 0xffffffff, true)
  expect(decodeTracks(many)).toBe('bad_length')
})
