import { expect, test } from 'vitest'
import { orderStates, priorityClasses, type Order } from '../src/api/logistics'
import { keyFor } from '../src/i18n/translate'
import { fromBeijing, inBeijing, lateness, orderBody } from '../src/parcel/parcelTimes'

const at = (minute: number): string => new Date(Date.UTC(2026, 2, 1, 0, minute)).toISOString()
const ms = (minute: number): number => Date.parse(at(minute))

const order = (more: Partial<Order>): Order => ({
  order_id: 'or_1',
  organisation_id: 'org_1',
  state: 'assigned',
  version: 1,
  origin_site_id: 'st_a',
  destination_site_id: 'st_b',
  payload_kg: 1,
  priority_class: 'standard',
  ...more,
})
const promise = { deliver_at: at(30), probability: 0.9, flights_seen: 12 }

test('what is expected is held against the promise, late and early', () => {
  expect(lateness(order({ promise, expected_at: at(32) }), ms(0))).toEqual({ kind: 'expected', late_s: 120, past_deadline: false })
  expect(lateness(order({ promise, expected_at: at(25) }), ms(0))).toEqual({ kind: 'expected', late_s: -300, past_deadline: false })
})

test('an order that has not come when its promise passed is overdue by the clock, whatever was expected', () => {
  expect(lateness(order({ promise, expected_at: at(25) }), ms(31))).toEqual({ kind: 'overdue', late_s: 60, past_deadline: false })
  expect(lateness(order({ state: 'created', promise, expected_at: null }), ms(40))).toMatchObject({ kind: 'overdue', late_s: 600 })
})

test('a delivery is judged by when it came, and against the deadline too', () => {
  const delivered = order({ state: 'delivered', promise, deliver_by: at(31), delivered_at: at(33), expected_at: at(29) })
  expect(lateness(delivered, ms(90))).toEqual({ kind: 'final', late_s: 180, past_deadline: true })
})

test('without a promise the deadline counts, without either nothing is said', () => {
  expect(lateness(order({ deliver_by: at(20), expected_at: at(21) }), ms(0))).toEqual({ kind: 'expected', late_s: 60, past_deadline: true })
  expect(lateness(order({ expected_at: at(21) }), ms(0))).toEqual({ kind: 'unknown' })
  expect(lateness(order({ promise }), ms(0))).toEqual({ kind: 'unknown' })
  expect(lateness(order({ state: 'cancelled', promise }), ms(90))).toEqual({ kind: 'over' })
})

test('instants in a sentence of the service are told in Beijing time', () => {
  expect(inBeijing('It arrives at 2026-03-01T16:00:05.25Z; no other could.')).toBe('It arrives at 2026-03-02 00:00:05; no other could.')
  expect(inBeijing('Nothing to change.')).toBe('Nothing to change.')
})

test('a date field is read as Beijing time', () => {
  expect(fromBeijing('2026-03-02T00:00')).toBe('2026-03-02T00:00:00+08:00')
  expect(Date.parse(fromBeijing('2026-03-02T00:00')!)).toBe(Date.parse('2026-03-01T16:00:00Z'))
  expect(fromBeijing('2026-13-40T00:00')).toBeNull()
  expect(fromBeijing('soon')).toBeNull()
})

test('an order is sent only when it is whole, and without what was left open', () => {
  const fields = { origin: 'st_a', destination: 'st_b', payload: '1.5', priority: 'medical', deliverBy: '', reference: ' ' } as const
  expect(orderBody(fields)).toEqual({ origin_site_id: 'st_a', destination_site_id: 'st_b', payload_kg: 1.5, priority_class: 'medical' })
  expect(orderBody({ ...fields, deliverBy: '2026-03-02T08:00', reference: 'A7' })).toMatchObject({ deliver_by: '2026-03-02T08:00:00+08:00', reference: 'A7' })
  expect(orderBody({ ...fields, dangerous: true, cold: true, via: 'st_hub' })).toMatchObject({ dangerous_goods: true, cold_chain: true, via_site_ids: ['st_hub'] })
  expect(orderBody({ ...fields, dangerous: false, cold: false, via: '' })).toEqual(orderBody(fields))
  expect(orderBody({ ...fields, via: 'st_hub', via2: 'st_far', readyAt: '2026-03-02T07:00' })).toMatchObject({ via_site_ids: ['st_hub', 'st_far'], ready_at: '2026-03-02T07:00:00+08:00' })
  expect(orderBody({ ...fields, readyAt: 'later' })).toBeNull()
  expect(orderBody({ ...fields, origin: '' })).toBeNull()
  expect(orderBody({ ...fields, payload: '' })).toBeNull()
  expect(orderBody({ ...fields, payload: 'heavy' })).toBeNull()
  expect(orderBody({ ...fields, deliverBy: 'soon' })).toBeNull()
})

test('every state and class of an order has words', () => {
  for (const state of orderStates) expect(keyFor('parcel_state_', state)).not.toBeNull()
  for (const item of priorityClasses) expect(keyFor('parcel_class_', item)).not.toBeNull()
})
