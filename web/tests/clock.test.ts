import { expect, test } from 'vitest'
import { ServerClock } from '../src/live/clock'

test('the offset is the best of late: a slow message does not move the clock', () => {
  const clock = new ServerClock()
  expect(clock.toServer(5_000)).toBe(5_000)
  clock.note(10_000, 12_050)
  clock.note(10_250, 12_290)
  clock.note(10_500, 13_900)
  expect(clock.ahead_ms).toBe(2_040)
  expect(clock.toServer(14_040)).toBe(12_000)
  clock.note(Number.NaN, 1)
  expect(clock.ahead_ms).toBe(2_040)
  clock.reset()
  expect(clock.ahead_ms).toBe(0)
})
