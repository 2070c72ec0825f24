import { expect, test } from 'vitest'
import type { VehicleState } from '../src/api/fleetState'
import { serviceLeftS, shownVehicles, vehicleRank, worn } from '../src/fleet/condition'

const plain: VehicleState = {
  aircraft_id: 'ac_1', registration: 'UAS00000001', organisation_id: 'org', manufacturer: 'M', model: 'X', class: 'small', plan_id: null, link_up: null,
  heard_age_s: null, loss_pct: null, position_delay_s: null, battery_pct: null, armed: null, landed: null, mode: null, carrier_state: null, site_id: null,
  flown_s: null, maintenance_after_s: null, maintenance_due: null,
}

test('what is not known is no fault, and a lost link only counts for a vehicle that flies', () => {
  expect(vehicleRank(plain)).toBe(0)
  expect(vehicleRank({ ...plain, link_up: false, landed: true })).toBe(0)
  expect(vehicleRank({ ...plain, link_up: false, plan_id: 'fp_1' })).toBe(5)
  expect(vehicleRank({ ...plain, battery_pct: 10, landed: true })).toBe(0)
  expect(vehicleRank({ ...plain, battery_pct: 10, landed: false })).toBe(4)
})

test('service is told from hours where they are kept', () => {
  expect(serviceLeftS(plain)).toBeNull()
  expect(serviceLeftS({ ...plain, flown_s: 7200, maintenance_after_s: 3600 })).toBe(0)
  expect(vehicleRank({ ...plain, flown_s: 3000, maintenance_after_s: 3600 })).toBe(1)
})

test('the worst come first and a filter takes every word', () => {
  const bad = { ...plain, registration: 'UAS00000009', maintenance_due: true }
  const text = (vehicle: VehicleState) => `${vehicle.registration} firm one`
  expect(shownVehicles([plain, bad], '', false, text)).toEqual([bad, plain])
  expect(shownVehicles([plain, bad], '0001 FIRM', false, text)).toEqual([plain])
  expect(shownVehicles([plain, bad], '', true, text)).toEqual([bad])
})

test('a battery is worn from nine tenths of its cycles', () => {
  const battery = { battery_id: 'b', organisation_id: 'o', label: 'B1', state: 'available', capacity_wh: 900, cycles: 449, cycles_max: 500 }
  expect(worn(battery)).toBe(false)
  expect(worn({ ...battery, cycles: 450 })).toBe(true)
})
