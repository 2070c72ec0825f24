import type { Zone } from '../src/api/types'
import { activeThen, inForce, zonesThen } from '../src/replay/pastZones'
import { expect, test } from 'vitest'
import { instantField, instantMs } from '../src/fields/timeText'
import { beginsAt, cursorMs, readMarks, readPlace, withMark, writeMarks } from '../src/replay/replayTime'

const now = Date.parse('2026-03-02T08:00:00Z')

test('without a place in the address it begins no earlier than the recording', () => {
  const from = now - 1_800_000
  expect(beginsAt('?screen=replay', from, from + 60_000)).toBe(from + 60_000)
  expect(beginsAt('?screen=replay', from, from - 60_000)).toBeNull()
  expect(beginsAt('?screen=replay', from, null)).toBeNull()
  expect(beginsAt('?at=2026-03-02T07:00:00Z', from, from + 60_000)).toBeNull()
  expect(beginsAt('?from=2026-03-02T07:00:00Z', from, from + 60_000)).toBeNull()
})

test('without a window in the address it is the half hour before now', () => {
  const place = readPlace('?screen=replay', now)
  expect([place.from_ms, place.length_s, place.at_ms, place.speed]).toEqual([now - 1_800_000, 1800, now - 1_800_000, 1])
})

test('an instant alone puts the window around it, and nothing lies outside the window', () => {
  const place = readPlace('?at=2026-03-02T07:00:00Z&length=600', now)
  expect(place.at_ms - place.from_ms).toBe(300_000)
  expect(readPlace('?from=2026-03-02T07:00:00Z&length=600&at=2026-03-02T09:00:00Z', now).at_ms).toBe(Date.parse('2026-03-02T07:10:00Z'))
})

test('what is malformed counts as absent', () => {
  const place = readPlace('?from=noon&length=7&speed=1000&marks=x~y', now)
  expect([place.from_ms, place.length_s, place.speed, place.marks]).toEqual([now - 1_800_000, 1800, 1, []])
})

test('bookmarks survive the address, in order of time, and their signs do not break it', () => {
  const marks = withMark(withMark([], { at_ms: now, label: 'late | ~ one' }), { at_ms: now - 5000, label: '最近点' })
  const back = readMarks(new URLSearchParams(new URLSearchParams({ marks: writeMarks(marks) }).toString()).get('marks'))
  expect(back).toEqual([
    { at_ms: now - 5000, label: '最近点' },
    { at_ms: now, label: 'late     one' },
  ])
  expect(withMark(back, { at_ms: now, label: 'again' })).toHaveLength(2)
})

test('a field holds Beijing time', () => {
  expect(instantField(now, true)).toBe('2026-03-02T16:00:00')
  expect(instantMs('2026-03-02T16:00')).toBe(now)
  expect(instantMs('')).toBeNull()
})

test('a replay that stands does not move, one that plays keeps its pace and stops at the end', () => {
  expect(cursorMs(0, 60_000, 1000, 3000, 10, true)).toBe(0)
  expect(cursorMs(0, 60_000, 1000, 3000, 10, false)).toBe(20_000)
  expect(cursorMs(0, 60_000, 1000, 30_000, 10, false)).toBe(60_000)
})

const weekdays = [{ weekly: [{ days: ['MO', 'FR'], from: '22:00', to: '02:00' }] }] as const

test('a zone of the past is in force by its own times, in Beijing, across midnight and within its dates', () => {
  expect(inForce(undefined, 0)).toBe(true)
  // 2026-03-02 is a Monday.
  expect(inForce(weekdays, Date.parse('2026-03-02T23:00:00+08:00'))).toBe(true)
  expect(inForce(weekdays, Date.parse('2026-03-03T01:59:00+08:00'))).toBe(true)
  expect(inForce(weekdays, Date.parse('2026-03-03T02:01:00+08:00'))).toBe(false)
  expect(inForce(weekdays, Date.parse('2026-03-03T23:00:00+08:00'))).toBe(false)
  // Sunday night belongs to no day here; a span that begins on Sunday reaches into Monday.
  expect(inForce([{ weekly: [{ days: ['SU'], from: '23:00', to: '01:00' }] }], Date.parse('2026-03-02T00:30:00+08:00'))).toBe(true)
  const once = [{ starts_at: '2026-03-02T00:00:00Z', ends_at: '2026-03-02T01:00:00Z' }]
  expect([-1, 0, 3_600_000, 3_600_001].map((more) => inForce(once, Date.parse('2026-03-02T00:00:00Z') + more))).toEqual([false, true, true, false])
})

const feature = (name: string): Zone => ({
  type: 'Feature',
  geometry: { type: 'Polygon', coordinates: [[[114, 22.5], [114.1, 22.5], [114.1, 22.6], [114, 22.5]]] },
  properties: { zone_id: 'zn_1', name, restriction: 'PROHIBITED', lower_m: 0, upper_m: 120, datum: 'AGL' },
})

test('zones are those the recording tells: a snapshot replaces, a change follows, a withdrawal takes away', () => {
  const first = zonesThen(new Map(), { kind: 'snapshot', items: [{ zone_id: 'zn_1', version: 1, feature: feature('before') }] })
  expect(first.get('zn_1')!.properties.name).toBe('before')
  const second = zonesThen(first, { kind: 'increment', items: [{ zone_id: 'zn_1', version: 2, feature: feature('after') }] })
  expect([first.get('zn_1')!.properties.name, second.get('zn_1')!.properties.name]).toEqual(['before', 'after'])
  expect(zonesThen(second, { kind: 'increment', items: [{ zone_id: 'zn_1', version: 3, feature: null }] }).size).toBe(0)
  expect(zonesThen(second, { kind: 'snapshot', items: [] }).size).toBe(0)
  expect([...activeThen(second, 0)]).toEqual(['zn_1'])
})
