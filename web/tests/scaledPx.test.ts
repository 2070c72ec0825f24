import { expect, test } from 'vitest'
import { scaledPx } from '../dev/scaled-px'

test('lengths become multiples of one, hairlines and conditions stay, and nothing else is taken for a length', () => {
  expect(scaledPx('  padding: 4px 10.5px;')).toBe('  padding: calc(4 * var(--px)) calc(10.5 * var(--px));')
  expect(scaledPx('  border: 1px solid; outline: 2px;')).toBe('  border: 1px solid; outline: 2px;')
  expect(scaledPx('  margin: -6px;')).toBe('  margin: calc(-6 * var(--px));')
  expect(scaledPx('@media (min-width: 2800px) {')).toBe('@media (min-width: 2800px) {')
  expect(scaledPx('  --px: 1.45px;')).toBe('  --px: 1.45px;')
  expect(scaledPx('  width: min(760px, calc(100% - 640px));')).toBe('  width: min(calc(760 * var(--px)), calc(100% - calc(640 * var(--px))));')
  expect(scaledPx('  --bar-height: 56px; color: #123456; grid: a3px;')).toBe('  --bar-height: calc(56 * var(--px)); color: #123456; grid: a3px;')
})
