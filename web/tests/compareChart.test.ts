import { expect, test } from 'vitest'
import { fullOf, type Measure } from '../src/charts/CompareChart'
import { stepped } from '../src/charts/useReading'

const words = String
const measure = (values: readonly (number | null)[], more: Partial<Measure> = {}): Measure => ({ name: 'n', className: 'series-1', values, words, ...more })

test('a full bar is the largest of its measure, of its scale, or what it was told; nothing known draws no bar', () => {
  expect(fullOf([measure([1, 4]), measure([2, null], { scale: 's' }), measure([9, 3], { scale: 's' }), measure([50], { full: 100 })])).toEqual([4, 9, 9, 100])
  expect(fullOf([measure([null, null])])[0]).toBeGreaterThan(0)
})

test('arrow keys read a chart from the end they come from, and stop at its ends', () => {
  expect([stepped('ArrowRight', null, 3), stepped('ArrowLeft', null, 3), stepped('ArrowDown', 2, 3), stepped('Home', 2, 3), stepped('End', 0, 3)]).toEqual([0, 2, 2, 0, 2])
  expect([stepped('Enter', 1, 3), stepped('End', null, 0)]).toEqual([null, null])
})
