import { expect, test } from 'vitest'
import type { Approval } from '../src/api/approvals'
import { checkOf, inOrder, nextToCheck, offeredReason, pressing, queueItem, span, standingOf, type Check } from '../src/approvals/queue'
import type { FlightPlan } from '../src/api/types'

const approval = (id: string, rest: Partial<Approval> = {}): Approval => ({
  approval_id: id,
  kind: 'plan',
  state: 'waiting',
  plan_id: `fp_${id}`,
  organisation_id: 'org_1',
  ...rest,
})
const judged = (severity: 'refuse' | 'pending', at_ms = 0): Check =>
  checkOf({ plan_id: '', state: 'pending', version: 0, decision: { outcome: 'pending', decided_at: '', reasons: [{ code: 'x', detail: 'x', severity }] } } as FlightPlan, at_ms)

test('what is due first stands first, what has no due time by its departure, and equal ones never swap', () => {
  const items = [
    approval('c', { departure_at: '2026-03-02T00:00:00Z' }),
    approval('b', { due_at: '2026-03-01T13:00:00Z' }),
    approval('a', { due_at: '2026-03-01T13:00:00Z' }),
    approval('d', { due_at: '2026-03-01T12:00:00Z' }),
    approval('e', { due_at: '2026-03-01T13:00:00Z', priority: 9 }),
  ].map(queueItem)
  expect(inOrder(items).map(({ id }) => id)).toEqual(['d', 'e', 'a', 'b', 'c'])
})

test('only what was judged anew without refusal and lacks nothing is clean', () => {
  const item = queueItem(approval('a'))
  expect(standingOf(item, undefined)).toBe('unchecked')
  expect(standingOf(item, { phase: 'failed', at_ms: 0, problem: { code: 'x' } })).toBe('unchecked')
  expect(standingOf(item, judged('pending'))).toBe('clean')
  expect(standingOf(item, judged('refuse'))).toBe('blocked')
  const lacking = queueItem(approval('a', { missing_items: [{ item: 1, title: 'x', title_zh: 'x' }] }))
  expect(standingOf(lacking, judged('pending'))).toBe('incomplete')
  expect(standingOf(queueItem(approval('a', { kind: 'standing_approval', plan_id: null })), undefined)).toBe('unchecked')
})

test('the queue is judged in its order, and then again what was judged longest ago', () => {
  const items = ['a', 'b'].map((id) => queueItem(approval(id)))
  expect(nextToCheck(items, new Map(), 0, 60)?.id).toBe('a')
  expect(nextToCheck(items, new Map([['a', judged('pending', 0)]]), 10, 60)?.id).toBe('b')
  const both = new Map([['a', judged('pending', 50)], ['b', judged('pending', 0)]])
  expect(nextToCheck(items, both, 59, 60)).toBeNull()
  expect(nextToCheck(items, both, 200, 60)?.id).toBe('b')
})

test('spans name their two largest units and a due time that has passed is over', () => {
  expect(span(59_999)).toEqual({ unit: 's', a: 59, b: 0 })
  expect(span(-61_000)).toEqual({ unit: 'min', a: 1, b: 1 })
  expect(span(3_660_000)).toEqual({ unit: 'h', a: 1, b: 1 })
  expect(span(90_000_000)).toEqual({ unit: 'd', a: 1, b: 1 })
  expect([null, -1, 1_000, 1_800_000].map((due) => pressing(due, 0))).toEqual(['none', 'over', 'soon', 'later'])
})

test('a refusal with a way out carries the reason and the way in the reader’s language', () => {
  const offer = { kind: 'delay' as const, detail: 'Depart at 09:10.', detail_zh: '改为 09:10 起飞。', plan: {}, cost: { delay_s: 600, extra_m: 0, extra_wh: 0 } }
  expect(offeredReason('en', 'Fireworks', offer)).toBe('Fireworks. What would be approved instead: Depart at 09:10.')
  expect(offeredReason('zh-CN', '', offer)).toBe('可改为：改为 09:10 起飞。')
})
