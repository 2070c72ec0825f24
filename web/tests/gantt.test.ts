import { expect, test } from 'vitest'
import type { Mission } from '../src/api/schema.gen'
import type { Order } from '../src/api/logistics'
import { movable, rowAt, vehiclesFor } from '../src/gantt/drag'
import { energyShare, fitting, ticks, vehicleRows, xOf } from '../src/gantt/gantt'

const at = (minutes: number) => new Date(Date.UTC(2026, 2, 1, 0, minutes)).toISOString()
const ms = (minutes: number) => Date.parse(at(minutes))
const mission = (mission_id: string, from: number, to: number, rest: Partial<Mission> = {}): Mission => ({
  mission_id,
  organisation_id: 'org',
  kind: 'delivery',
  state: 'booked',
  version: 1,
  plan_id: 'fp',
  order_id: null,
  aircraft_id: 'ac_1',
  battery_id: null,
  crew_id: null,
  origin_site_id: null,
  destination_site_id: null,
  alternate_site_id: null,
  departs_at: at(from),
  arrives_at: at(to),
  took_off_at: null,
  landed_at: null,
  length_m: 1000,
  energy_wh: null,
  held_until: null,
  cause: null,
  created_at: at(0),
  updated_at: at(0),
  ...rest,
})

test('every vehicle has a row, bars in time, and overlapping ones stand apart', () => {
  const rows = vehicleRows(['ac_2', 'ac_1'], [mission('b', 20, 40), mission('a', 0, 30), mission('c', 30, 50)], new Map(), ms(-10))
  expect(rows.map(({ id, lines }) => [id, lines])).toEqual([['ac_2', 1], ['ac_1', 2]])
  expect(rows[1]!.bars.map(({ id, line }) => [id, line])).toEqual([['a', 0], ['b', 1], ['c', 0]])
})

test('what was flown is drawn as flown, what is given up is not drawn, what waits grows until now', () => {
  const flown = mission('f', 0, 10, { took_off_at: at(5), landed_at: at(14) })
  const late = mission('l', 20, 30)
  const [row] = vehicleRows(['ac_1'], [flown, late, mission('x', 0, 10, { state: 'cancelled' })], new Map(), ms(25))
  expect(row!.bars.map(({ id }) => id)).toEqual(['f', 'l'])
  expect(row!.bars[0]).toMatchObject({ from_ms: ms(5), to_ms: ms(14), late_s: 300 })
  expect(row!.bars[1]).toMatchObject({ from_ms: ms(20), to_ms: ms(35), late_s: 300 })
})

test('a mission is late also where its order’s promise will not be kept', () => {
  const order = { order_id: 'or_1', state: 'assigned', promise: { deliver_at: at(20), probability: 0.9, flights_seen: 9 }, expected_at: at(30) } as Order
  const [row] = vehicleRows(['ac_1'], [mission('m', 10, 28, { order_id: 'or_1' })], new Map([['or_1', order]]), ms(0))
  expect(row!.bars[0]!.late_s).toBe(600)
})

test('ticks are round in Beijing and far enough apart', () => {
  const scale = { from_ms: ms(3), to_ms: ms(123), width_px: 600 }
  expect(ticks(scale).map((tick) => new Date(tick).toISOString().slice(11, 16))).toEqual(['00:30', '01:00', '01:30', '02:00'])
  expect(xOf(scale, ms(63))).toBe(300)
})

test('energy is a share of the battery only where both are known', () => {
  expect(energyShare(mission('m', 0, 1, { energy_wh: 300 }), 1200)).toBe(0.25)
  expect(energyShare(mission('m', 0, 1), 1200)).toBeNull()
  expect(energyShare(mission('m', 0, 1, { energy_wh: 300 }), null)).toBeNull()
})

test('a dragged bar is over the row its pointer is in, and over none outside', () => {
  expect([-1, 0, 35, 36, 99, 100].map((y) => rowAt([36, 64], y))).toEqual([null, 0, 0, 1, 1, null])
})

test('only an order that does not fly is moved, by those who may, to another free vehicle of its own firm', () => {
  const order = { state: 'assigned', organisation_id: 'org', aircraft_id: 'ac_1' } as Order
  expect(['created', 'assigned', 'flying', 'delivered'].map((state) => movable({ state: state as Order['state'] }, 'dispatcher'))).toEqual([true, true, false, false])
  expect([movable(order, 'operator'), movable(order, 'regulator'), movable(null, 'dispatcher')]).toEqual([true, false, false])
  const carrier = (aircraft_id: string, organisation_id = 'org', state = 'available') => ({ aircraft_id, organisation_id, state })
  const all = [carrier('ac_1'), carrier('ac_2'), carrier('ac_3', 'other'), carrier('ac_4', 'org', 'maintenance')]
  expect(vehiclesFor(order, all).map(({ aircraft_id }) => aircraft_id)).toEqual(['ac_2'])
})

test('the words of a bar end in an ellipsis where the bar does, and a bar too short for words has none', () => {
  expect(fitting('Coastal City → Lianhua Hill Park', 400)).toBe('Coastal City → Lianhua Hill Park')
  expect(fitting('Coastal City → Lianhua Hill Park', 60)).toBe('Coastal…')
  expect(fitting('海岸城 → 莲花山公园', 60)).toBe('海岸城 →…')
  expect(fitting('Coastal City', 12)).toBe('')
})
