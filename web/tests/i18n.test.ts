import { expect, test } from 'vitest'
import { catalogue, type Entry, type Key, type Text } from '../src/i18n/catalogue'
import { beijingDayTime, beijingTime, firmName, heading, instant, listed, localName, number, position, quantity, utcDayTime } from '../src/i18n/format'
import { chooseLang, keyFor, translator } from '../src/i18n/translate'
import { planStates } from '../src/api/types'
import { bindings, helpRows } from '../src/app/shortcuts'
import { stateNames } from '../src/live/decode'

const entries = Object.entries(catalogue) as [Key, Entry][]
const forms = (text: Text): string[] => (typeof text === 'string' ? [text] : [text.one, text.other])
const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort()

test('every key has words in both languages and no key is blank', () => {
  for (const [key, entry] of entries) {
    for (const text of [...forms(entry.zh), ...forms(entry.en)]) expect(text.trim(), key).not.toBe('')
  }
})

test('both languages of a key take the same parameters', () => {
  for (const [key, entry] of entries) {
    const wanted = holes(forms(entry.en)[0]!)
    for (const text of [...forms(entry.zh), ...forms(entry.en)]) expect(holes(text), key).toEqual(wanted)
  }
})

test('the Chinese side is Chinese and the English side has no Chinese, save the language switch itself', () => {
  const neutral = /^(unit_|feed_rate|route_between|zone_weekly|settings_language|approvals_span_|logistics_stay$)/
  for (const [key, entry] of entries) {
    if (neutral.test(key)) continue
    for (const text of forms(entry.zh)) expect(text, key).toMatch(/\p{Script=Han}/u)
    for (const text of forms(entry.en)) expect(text, key).not.toMatch(/\p{Script=Han}/u)
  }
})

test('every state of drones and plans that the service can name has words', () => {
  for (const state of stateNames) expect(keyFor('state_', state)).not.toBeNull()
  for (const state of planStates) expect(keyFor('plan_state_', state)).not.toBeNull()
  expect(keyFor('state_', 'no such state')).toBeNull()
  expect(keyFor('state_', null)).toBeNull()
})

test('sentences are filled in, counted by the rules of the language, and a forgotten parameter stays visible', () => {
  expect(translator('en')('counter_total', { n: 1 })).toBe('1 drone')
  expect(translator('en')('counter_total', { n: '1,200' })).toBe('1,200 drones')
  expect(translator('zh-CN')('counter_total', { n: 1 })).toBe('1 架在线')
  expect(translator('en')('unit_m')).toBe('{n} m')
})

test('the language comes from the address, then from the browser, then is Chinese', () => {
  expect(chooseLang('en', ['zh-CN'])).toBe('en')
  expect(chooseLang('zh', ['en-GB'])).toBe('zh-CN')
  expect(chooseLang(null, ['de', 'en-GB', 'zh'])).toBe('en')
  expect(chooseLang(null, ['zh-HK', 'en'])).toBe('zh-CN')
  expect(chooseLang(null, ['fr'])).toBe('en')
  expect(chooseLang(null, [])).toBe('zh-CN')
})

test('what is unknown is called unknown and never shown as zero', () => {
  const t = translator('en')
  expect(quantity(t, 'en', 'unit_m', null)).toBe('unknown')
  expect(quantity(t, 'en', 'unit_m', undefined)).toBe('unknown')
  expect(quantity(t, 'en', 'unit_m', Number.NaN)).toBe('unknown')
  expect(quantity(translator('zh-CN'), 'zh-CN', 'unit_m', null)).toBe('未知')
  expect(quantity(t, 'en', 'unit_m', 0, 1)).toBe('0.0 m')
  expect(number('en', -0.04, 1)).toBe('0.0')
})

test('instants are shown in Beijing time and UTC, midnight as 00', () => {
  const at = instant('2026-03-01T16:00:05Z')!
  expect(beijingTime(at)).toBe('00:00:05')
  expect(beijingDayTime(at)).toBe('2026-03-02 00:00:05')
  expect(utcDayTime(at)).toBe('2026-03-01 16:00:05')
  expect(instant('yesterday')).toBeNull()
  expect(instant(null)).toBeNull()
})

test('a firm has its name in the reader’s language, and what the service calls it where the reader knows no more', () => {
  const firms = new Map([['org_a', { name: 'North Wing', name_zh: '北翼' }], ['org_b', { name: 'South Wing', name_zh: null }]])
  expect([firmName('zh-CN', firms, 'org_a'), firmName('en', firms, 'org_a'), firmName('zh-CN', firms, 'org_b')]).toEqual(['北翼', 'North Wing', 'South Wing'])
  expect([firmName('zh-CN', firms, 'org_c'), firmName('zh-CN', firms, 'org_c', 'East Wing'), firmName('en', firms, null, 'East Wing'), firmName('en', firms, undefined)]).toEqual(['org_c', 'East Wing', 'East Wing', null])
})

test('names one after the other are set apart as the language does', () => {
  expect([listed('zh-CN', ['甲', '乙']), listed('en', ['A', 'B']), listed('en', [])]).toEqual(['甲、乙', 'A, B', ''])
})

test('headings have three digits and wrap, positions carry their hemispheres', () => {
  expect([0, 7.4, 359.6, -90].map(heading)).toEqual(['000', '007', '000', '270'])
  expect(position(22.5, -114.25)).toBe('22.50000° N  114.25000° W')
})

test('names are in the reader’s language where there is one', () => {
  expect(localName('zh-CN', { name: 'Futian', name_zh: '福田' })).toBe('福田')
  expect(localName('zh-CN', { name: 'Futian' })).toBe('Futian')
  expect(localName('en', { name: 'Futian', name_zh: '福田' })).toBe('Futian')
})

test('every bound key is in the list of shortcuts', () => {
  const listed = new Set(helpRows.flatMap((row) => row.keys.map((key) => (key === 'Esc' ? 'escape' : key === '−' ? '-' : key.toLowerCase()))))
  for (const key of Object.keys(bindings)) if (key !== '=') expect(listed, key).toContain(key)
})
