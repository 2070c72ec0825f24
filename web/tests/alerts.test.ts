import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { alertFocus } from '../src/alerts/alertFocus'
import { countSeverities, grouped, initialsOf, isEffect, listed, merged, nextAlert, outOfSight, secondsLeft } from '../src/alerts/alertBook'
import { knownActions, recommended } from '../src/alerts/recommended'
import { alertSeverities, type Alert } from '../src/api/types'
import { keyFor } from '../src/i18n/translate'
import { focusBounds, focusCollection } from '../src/map/focusDrawing'

const T0 = Date.parse('2026-03-01T00:00:00Z')
const alert = (alert_id: string, more: Partial<Alert> = {}): Alert => ({
  alert_id,
  kind: 'nonconforming',
  severity: 'caution',
  status: 'raised',
  raised_at: '2026-03-01T00:00:00Z',
  detail: 'It left its plan.',
  detail_zh: '偏离计划。',
  ...more,
})
const book = (...alerts: Alert[]) => listed(new Map(), alerts)

test('increments add, change and remove; a snapshot replaces; what is no alert is left out', () => {
  const first = merged(book(alert('a'), alert('b')), { kind: 'increment', items: [alert('a', { severity: 'warning' }), { alert_id: 'x' }, null], removed: ['b'] })
  expect([...first.values()].map(({ alert_id, severity }) => [alert_id, severity])).toEqual([['a', 'warning']])
  expect([...merged(first, { kind: 'snapshot', items: [alert('c')] }).keys()]).toEqual(['c'])
})

test('an older state never takes the place of a newer one, whichever way it comes', () => {
  const newer = alert('a', { updated_at: '2026-03-01T00:00:09Z', status: 'acknowledged' })
  const older = alert('a', { updated_at: '2026-03-01T00:00:03Z' })
  expect(listed(book(newer), [older]).get('a')!.status).toBe('acknowledged')
  expect(merged(book(newer), { items: [older] }).get('a')!.status).toBe('acknowledged')
  expect(merged(book(older), { items: [newer] }).get('a')!.status).toBe('acknowledged')
})

test('effects stand under their cause, and the group where its most urgent member would; resolved alerts are gone', () => {
  const groups = grouped(
    book(
      alert('lone', { rank: 2 }),
      alert('cause', { rank: 3, group_id: 'cause' }),
      alert('effect', { rank: 1, group_id: 'cause' }),
      alert('over', { rank: 0, status: 'resolved' }),
      alert('orphan', { rank: 4, group_id: 'gone' }),
    ),
  )
  expect(groups.map(({ head, effects }) => [head.alert_id, effects.map((item) => item.alert_id)])).toEqual([
    ['cause', ['effect']],
    ['lone', []],
    ['orphan', []],
  ])
  expect(nextAlert(groups, null)!.alert_id).toBe('cause')
  expect(nextAlert(groups, 'effect')!.alert_id).toBe('lone')
  expect(nextAlert(groups, 'orphan')!.alert_id).toBe('cause')
  expect(nextAlert([], 'cause')).toBeNull()
})

test('without ranks the unacknowledged come first, then the graver, then the older', () => {
  const groups = grouped(
    book(
      alert('seen', { severity: 'emergency', status: 'acknowledged' }),
      alert('late', { raised_at: '2026-03-01T00:01:00Z' }),
      alert('early'),
      alert('grave', { severity: 'warning' }),
    ),
  )
  expect(groups.map(({ head }) => head.alert_id)).toEqual(['grave', 'early', 'late', 'seen'])
})

test('the time to an event counts down and stops at zero; unknown stays unknown', () => {
  expect(secondsLeft(alert('a', { event_at: '2026-03-01T00:00:20Z' }), T0 + 5_000)).toBe(15)
  expect(secondsLeft(alert('a', { event_at: '2026-03-01T00:00:20Z' }), T0 + 50_000)).toBe(0)
  expect(secondsLeft(alert('a', { time_to_event_s: 30, updated_at: '2026-03-01T00:00:10Z' }), T0 + 20_000)).toBe(20)
  expect(secondsLeft(alert('a'), T0)).toBeNull()
})

test('what scrolling hides is counted by severity', () => {
  const rows = (...tops: number[]) => tops.map((top_px) => ({ top_px, bottom_px: top_px + 40 }))
  expect(outOfSight(rows(0, 40, 80, 120), 100)).toEqual({ above: 0, below: 2 })
  expect(outOfSight(rows(0, 40), 100)).toEqual({ above: 0, below: 2 })
  // Scrolled down: what stands above is counted as well.
  expect(outOfSight(rows(-85, -45, -5, 35, 75), 100)).toEqual({ above: 3, below: 4 })
  expect(countSeverities([alert('a'), alert('b', { severity: 'emergency' })])).toEqual({ emergency: 1, warning: 0, caution: 1, advisory: 0 })
  for (const severity of alertSeverities) expect(keyFor('severity_', severity)).not.toBeNull()
})

test('initials are letters or digits in capitals, in any script', () => {
  expect(initialsOf(' zw ')).toBe('ZW')
  expect(initialsOf('张伟')).toBe('张伟')
  for (const bad of ['', '  ', 'a b', 'toolongname', '<b>']) expect(initialsOf(bad)).toBeNull()
})

test('a predicted conflict is drawn as two paths to the closest point, as far as the drones are known', () => {
  const pair = alert('a', { track_id: 't1', other_track_id: 't2', cpa_lat_deg: 22.51, cpa_lon_deg: 114.01 })
  const both = alertFocus(pair, (id) => (id === 't1' ? [114, 22.5] : [114.02, 22.5]))!
  expect(both.lines.map(({ points }) => points)).toEqual([[[114, 22.5], [114.01, 22.51]], [[114.02, 22.5], [114.01, 22.51]]])
  expect(focusCollection(both).features).toHaveLength(3)
  expect(focusBounds(both, [], null)).toEqual([114, 22.5, 114.02, 22.51])
  expect(alertFocus(pair, () => null)!.lines).toEqual([])
  expect(alertFocus(alert('b', { track_id: 't1' }), () => [114, 22.5])).toBeNull()
  expect(alertFocus(alert('c', { zone_id: 'zn_1' }), () => null)!.zone_id).toBe('zn_1')
})

test('every action the service recommends has a button, and none is offered that cannot be done', () => {
  const rules = readFileSync(new URL('../../utm/alert_rules.py', import.meta.url), 'utf8')
  const codes = [...rules.matchAll(/^ {8}"([a-z_]+)",(?: [a-z_]+=.*)?$/gm)].map(([, code]) => code!).filter((code) => !['severe', 'major', 'minor'].includes(code))
  expect(codes.length).toBeGreaterThan(12)
  expect(codes.filter((code) => !knownActions.includes(code))).toEqual([])
  const flying = { action: 'resolve_conflict', aircraft_id: 'ac_1', plan_id: null }
  expect(recommended(flying, true)).toEqual({ what: 'order', type: 'hold' })
  expect(recommended(flying, false)).toEqual({ what: 'contact' })
  expect(recommended({ ...flying, aircraft_id: null }, true)).toEqual({ what: 'show' })
  expect(recommended({ action: 'call_operator' }, true)).toEqual({ what: 'show' })
  expect(recommended({ action: 'something_new', aircraft_id: 'ac_1' }, true)).toEqual({ what: 'show' })
})

test('an effect stands under its cause as suppressed only while that is open and at least as grave', () => {
  const cause = alert('c', { group_id: 'c', severity: 'warning' })
  const effect = alert('e', { group_id: 'c', severity: 'caution' })
  expect(isEffect(effect, book(cause, effect))).toBe(true)
  expect(isEffect(cause, book(cause, effect))).toBe(false)
  expect(isEffect(effect, book(effect))).toBe(false)
  expect(isEffect({ ...effect, severity: 'emergency' }, book(cause, effect))).toBe(false)
})
