import { expect, test } from 'vitest'
import { cursorMs, fromField, readMarks, readPlace, toField, withMark, writeMarks } from '../src/replay/replayTime'

const now = Date.parse('2026-03-02T08:00:00Z')

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
  expect(toField(now)).toBe('2026-03-02T16:00:00')
  expect(fromField('2026-03-02T16:00')).toBe(now)
  expect(fromField('')).toBeNull()
})

test('a replay that stands does not move, one that plays keeps its pace and stops at the end', () => {
  expect(cursorMs(0, 60_000, 1000, 3000, 10, true)).toBe(0)
  expect(cursorMs(0, 60_000, 1000, 3000, 10, false)).toBe(20_000)
  expect(cursorMs(0, 60_000, 1000, 30_000, 10, false)).toBe(60_000)
})
