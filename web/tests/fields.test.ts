/** Dates, times and files are typed and chosen in the console's language, never the browser's. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fieldWords } from '../src/app/fieldWords'
import { fileSize, isOfKind } from '../src/fields/fileName'
import { instantField, instantMs, isClock, readTime, shownTime, stepTime } from '../src/fields/timeText'
import { translator, type Lang } from '../src/i18n/translate'

test('no field of dates, times or files is left to the browser, whose language is not the console’s', () => {
  const source = join(import.meta.dirname, '../src')
  const files = readdirSync(source, { recursive: true, encoding: 'utf-8' }).filter((name) => /\.tsx?$/.test(name))
  expect(files.length).toBeGreaterThan(100)
  const native = /\btype\s*=\s*\{?\s*["'`](date|time|datetime-local|month|week|file)["'`]/
  expect(native.test('<input type="date" />')).toBe(true)
  expect(native.test("<input type={'datetime-local'} />")).toBe(true)
  expect(files.filter((name) => native.test(readFileSync(join(source, name), 'utf-8')))).toEqual([])
})

test('an instant is read with a space or a T, with other signs, with wide digits, in Chinese, from digits alone and from UTC', () => {
  const same = ['2026-03-02 08:05', '2026-03-02T08:05', ' 2026/3/2 8:05 ', '2026.03.02  08:05', '２０２６－０３－０２　０８：０５', '2026年3月2日 8时05分', '2026年3月2日8点05分', '202603020805', '2026-03-02T00:05Z', '2026-03-02T00:05:00.000Z', '2026-03-02T09:05+09:00']
  for (const text of same) expect(readTime('instant', text), text).toBe('2026-03-02T08:05')
  expect(readTime('instant', '2026-03-02 08:05:30')).toBe('2026-03-02T08:05:30')
  expect(readTime('instant', '2026年3月2日 8时')).toBe('2026-03-02T08:00')
})

test('what is no time is never taken for one', () => {
  for (const text of ['', 'tomorrow', '2026-02-29 08:00', '2026-13-01 08:00', '2026-03-02', '08:00', '2026-03-02 24:00', '2026-03-02 08:60', '2026-03-02 08:05:60', '20260302']) expect(readTime('instant', text), text).toBeNull()
  for (const text of ['', '2026-02-30', '26-03-02', '2026-03-02 08:00']) expect(readTime('day', text), text).toBeNull()
  for (const text of ['', '8', '25:00', '24:01', '08:5', '2026-03-02']) expect(readTime('clock', text), text).toBeNull()
})

test('days and times of day are read the same way; the end of a day is 24:00', () => {
  for (const text of ['2026-03-02', '2026/3/2', '20260302', '2026年3月2日']) expect(readTime('day', text), text).toBe('2026-03-02')
  for (const text of ['08:05', '8:05', '0805', '８：０５', '8点05分']) expect(readTime('clock', text), text).toBe('08:05')
  expect(readTime('clock', '24:00')).toBe('24:00')
  expect([isClock('08:05'), isClock('8:05'), isClock('24:00'), isClock('')]).toEqual([true, false, true, false])
})

test('an instant is held and shown as Beijing time, and what is no instant as it was typed', () => {
  const at = Date.parse('2026-03-01T16:00:30Z')
  expect([instantField(at), instantField(at, true)]).toEqual(['2026-03-02T00:00', '2026-03-02T00:00:30'])
  expect([instantMs('2026-03-02T00:00:30'), instantMs('2026-03-02T00:00'), instantMs('soon')]).toEqual([at, at - 30_000, null])
  expect([shownTime('instant', '2026-03-02T00:00'), shownTime('instant', 'Tuesday T'), shownTime('clock', '08:00')]).toEqual(['2026-03-02 00:00', 'Tuesday T', '08:00'])
})

test('the part under the caret is stepped, carries into the larger ones, and stays marked', () => {
  const text = '2026-01-31 23:59'
  expect(stepTime('instant', text, 2, 1)).toEqual({ value: '2027-01-31T23:59', from: 0, to: 4 })
  expect(stepTime('instant', text, 6, 1)).toEqual({ value: '2026-02-28T23:59', from: 5, to: 7 })
  expect(stepTime('instant', text, 6, -1)).toEqual({ value: '2025-12-31T23:59', from: 5, to: 7 })
  expect(stepTime('instant', text, 10, 1)).toEqual({ value: '2026-02-01T23:59', from: 8, to: 10 })
  expect(stepTime('instant', text, 12, 1)).toEqual({ value: '2026-02-01T00:59', from: 11, to: 13 })
  expect(stepTime('instant', text, 16, 1)).toEqual({ value: '2026-02-01T00:00', from: 14, to: 16 })
  expect(stepTime('instant', '2026-01-31 23:59:59', 19, 1)).toEqual({ value: '2026-02-01T00:00:00', from: 17, to: 19 })
  expect(stepTime('day', '2024-02-29', 1, 1)).toEqual({ value: '2025-02-28', from: 0, to: 4 })
  expect(stepTime('clock', '23:59', 5, 1)).toEqual({ value: '00:00', from: 3, to: 5 })
  expect(stepTime('clock', '24:00', 1, -1)).toEqual({ value: '23:00', from: 0, to: 2 })
  expect(stepTime('instant', '202601312359', 1, -1)).toEqual({ value: '2026-01-31T23:58', from: 14, to: 16 })
  expect(stepTime('instant', 'soon', 1, 1)).toBeNull()
})

test('a file is taken by its ending, whatever its letters, and its size is told', () => {
  const kinds = ['.geojson', '.json']
  expect([isOfKind('Zones.GeoJSON', kinds), isOfKind('zones.json.txt', kinds), isOfKind('json', kinds)]).toEqual([true, false, false])
  expect([fileSize('en', 999), fileSize('en', 1_500), fileSize('zh-CN', 2_340_000)]).toEqual(['999 B', '1.5 kB', '2.3 MB'])
})

test('what a form misses has words of ours, with its limit, and nothing is wrong with what is right', () => {
  const right = { valueMissing: false, badInput: false, rangeUnderflow: false, rangeOverflow: false, stepMismatch: false, typeMismatch: false, patternMismatch: false, tooLong: false, tooShort: false }
  const limits = { min: '0.01', max: '2000' }
  const said = (wrong: Partial<typeof right>, lang: Lang) => {
    const words = fieldWords({ ...right, ...wrong }, limits)
    return words === null ? null : translator(lang)(...words)
  }
  expect(said({}, 'en')).toBeNull()
  expect(said({ valueMissing: true }, 'zh-CN')).toBe('请填写此项。')
  expect(said({ badInput: true, valueMissing: true }, 'en')).toBe('Type a number.')
  expect(said({ rangeUnderflow: true }, 'en')).toBe('Type a number of 0.01 or more.')
  expect(said({ rangeOverflow: true }, 'zh-CN')).toBe('请填写不大于 2000 的数。')
  expect(said({ stepMismatch: true }, 'en')).toBe('Type a whole number.')
  expect(said({ typeMismatch: true }, 'zh-CN')).toBe('此内容不符合要求，请改正。')
})
