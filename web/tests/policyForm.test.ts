import { describe, expect, it } from 'vitest'
import { changeOf, flatten } from '../src/screens/admin/policyForm'

const policy = { version: 4, separation: { horizontal_m: 50, vertical_m: 15, time_buffer_s: 15 }, ceiling_agl_m: 120, night_flight_allowed: true, weather: 'normal', rules: { a: 1 }, cell_limits: [] }

describe('the policy as a form', () => {
  it('shows numbers and switches by name and leaves rules and lists out', () => {
    expect(flatten(policy)).toEqual({ 'separation.horizontal_m': 50, 'separation.vertical_m': 15, 'separation.time_buffer_s': 15, ceiling_agl_m: 120, night_flight_allowed: true })
  })
  it('sends only what was changed, and members one level down whole', () => {
    expect(changeOf(policy, { ...flatten(policy), 'separation.horizontal_m': 60, night_flight_allowed: false })).toEqual({
      separation: { horizontal_m: 60, vertical_m: 15, time_buffer_s: 15 },
      night_flight_allowed: false,
    })
    expect(changeOf(policy, flatten(policy))).toEqual({})
  })
})
