import { expect, test } from 'vitest'
import { mercatorX, mercatorY } from '../src/live/mercator'
import { AT_AGE_S, AT_ROW, AT_X, AT_Y, PACKED_WORDS } from '../src/live/trackStore'
import { TRAIL_POINTS, TRAILS_SHOWN, Trails } from '../src/map/trails'

const origin = { x: mercatorX(114), y: mercatorY(22.5) }
const METRE = 1 / 37_000_000

interface Put {
  readonly row: number
  /** Metres east and south of the origin. */
  readonly at: readonly [number, number]
  readonly age_s?: number
}

const frame = (puts: readonly Put[]) => {
  const data = new Float32Array(puts.length * PACKED_WORDS)
  puts.forEach(({ row, at, age_s = 0.2 }, i) => {
    data[i * PACKED_WORDS + AT_ROW] = row
    data[i * PACKED_WORDS + AT_X] = at[0] * METRE
    data[i * PACKED_WORDS + AT_Y] = at[1] * METRE
    data[i * PACKED_WORDS + AT_AGE_S] = age_s
  })
  return { data, count: puts.length, shown: puts.length }
}
const track = (row: number) => `trk_${row}`
const everywhere = [-180, -85, 180, 85] as const

/** One drone in row 0, seen at these places east of the origin, one each two seconds. */
function flown(places_m: readonly number[], ages_s: readonly number[] = []): Trails {
  const trails = new Trails(origin)
  places_m.forEach((x, i) => trails.note(frame([{ row: 0, at: [x, 0], ...(ages_s[i] === undefined ? {} : { age_s: ages_s[i] }) }]), i * 2_000, track))
  return trails
}

test('a trail holds the last ninety seconds, oldest first, and sits where the drone was', () => {
  const trails = flown(Array.from({ length: TRAIL_POINTS + 10 }, (_, i) => i * 20))
  const points = trails.ofRow(0)
  expect(points).toHaveLength(TRAIL_POINTS)
  expect(points[0]![0]).toBeLessThan(points.at(-1)![0])
  expect(points.at(-1)![0]).toBeCloseTo((origin.x + (TRAIL_POINTS + 9) * 20 * METRE) * 360 - 180, 5)
  expect(points[0]![1]).toBeCloseTo(22.5, 5)
})

test('what hovers adds nothing, and frames between two seconds are left out', () => {
  expect(flown([0, 0.5, 1, 30]).ofRow(0)).toHaveLength(2)
  const trails = new Trails(origin)
  expect([0, 500, 1_999, 2_000].map((now, i) => trails.note(frame([{ row: 0, at: [i * 50, 0] }]), now, track))).toEqual([true, false, false, true])
  expect(trails.ofRow(0)).toHaveLength(2)
})

test('nothing is drawn that was not seen: old positions, silences, jumps and a row given to another', () => {
  expect(flown([0, 20, 40], [0.1, 5, 0.1]).ofRow(0)).toHaveLength(2)
  const silent = flown([0, 20])
  silent.note(frame([{ row: 0, at: [60, 0] }]), 2_000 + 12_500, track)
  expect(silent.ofRow(0)).toHaveLength(1)
  expect(flown([0, 20, 900]).ofRow(0)).toHaveLength(1)
  const other = flown([0, 20])
  other.note(frame([{ row: 0, at: [40, 0] }]), 4_000, () => 'trk_other')
  expect(other.ofRow(0)).toHaveLength(1)
})

test('a replay that is set back begins anew', () => {
  const trails = flown([0, 20, 40])
  trails.note(frame([{ row: 0, at: [10, 0] }]), 1_000, track)
  expect(trails.ofRow(0)).toHaveLength(1)
})

test('trails are drawn of what is shown and in view, and of no more than a map can carry', () => {
  const trails = new Trails(origin)
  const crowd = (x: number) => frame(Array.from({ length: TRAILS_SHOWN + 50 }, (_, row) => ({ row, at: [x, row * 10] as const })))
  trails.note(crowd(0), 0, track)
  trails.note(crowd(30), 2_000, track)
  expect(trails.collection(crowd(30), everywhere).features).toHaveLength(TRAILS_SHOWN)
  // The filter puts what it shows in front.
  expect(trails.collection({ ...crowd(30), shown: 3 }, everywhere).features).toHaveLength(3)
  expect(trails.collection(crowd(30), [10, 10, 11, 11]).features).toHaveLength(0)
  expect(trails.collection(crowd(30), everywhere).features[0]!.geometry).toMatchObject({ type: 'LineString' })
  expect(trails.ofRow(5_000)).toEqual([])
})
