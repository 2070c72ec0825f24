import { expect, test } from 'vitest'
import type { FleetCarrier } from '../src/api/fleetState'
import { batteryDraft, batteryFits, carrierBody, carrierDraft, crewDraft, crewFits } from '../src/fleet/forms'

const carrier: FleetCarrier = {
  aircraft_id: 'ac_1',
  organisation_id: 'org_1',
  site_id: 'st_1',
  state: 'maintenance',
  payload_max_kg: 5,
  mass_kg: 12.5,
  hover_w: 900,
  cruise_w: 700,
  cruise_mps: 16,
  battery_wh: 1300,
  reserve_share: 0.2,
  turn_s: 120,
  dangerous_goods: true,
  cold_chain: false,
  maintenance_after_s: 180_000,
  free_site_id: null,
  free_at: null,
}

test('a carrier that is opened and saved unchanged says the same, in the units people type', () => {
  const draft = carrierDraft(carrier)
  expect(draft).toMatchObject({ reserve: '20', service_after: '50', payload: '5' })
  const { aircraft_id: _id, organisation_id: _firm, free_site_id: _site, free_at: _at, ...body } = carrier
  expect(carrierBody(draft)).toEqual(body)
})

test('what is left empty is not sent, so that the class decides; what is out of range is not taken', () => {
  const draft = { ...carrierDraft(null), aircraft_id: 'ac_2', site_id: 'st_2' }
  expect(carrierBody(draft)).toEqual({ site_id: 'st_2', state: 'available', dangerous_goods: false, cold_chain: false })
  expect(carrierBody({ ...draft, site_id: '' })).toBeNull()
  expect(carrierBody({ ...draft, reserve: '100' })).toBeNull()
  expect(carrierBody({ ...draft, turn: 'soon' })).toBeNull()
})

test('a battery needs a label, a capacity and whole cycles; a crew a label and a number of vehicles', () => {
  expect(batteryFits({ ...batteryDraft(null), label: 'B-7', capacity: '1300' })).toBe(true)
  expect(batteryFits({ ...batteryDraft(null), label: 'B-7' })).toBe(false)
  expect(batteryFits({ ...batteryDraft(null), label: 'B-7', capacity: '1300', cycles: '1.5' })).toBe(false)
  expect(crewFits({ ...crewDraft(null), label: 'Night' })).toBe(true)
  expect(crewFits({ ...crewDraft(null), label: 'Night', vehicles_max: '0' })).toBe(false)
})
