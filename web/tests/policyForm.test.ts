import { describe, expect, it } from 'vitest'
import { cellOfRow, changeOf, membersOf, rowOfRule, ruleOfRow, same, sourceOf, valueAt, withSource, withValue } from '../src/screens/admin/policyForm'

const rule = { when: { operation_type: 'logistics', weather: 'strong_wind' }, separation: { horizontal_m: 80 }, source: 'ours' }
const policy = {
  version: 4,
  separation: { horizontal_m: 50, vertical_m: 15, time_buffer_s: 15 },
  separation_rules: [rule],
  ceiling_agl_m: 120,
  night_flight_allowed: true,
  weather: 'normal',
  wind: null,
  max_flights_per_cell: null,
  cell_limits: [],
  conditional_zones: 'warning',
  offer_layers_agl_m: [45, 60],
  contingencies: ['lost_link'],
  rules: { application_by: '12:00', exempt_classes: ['micro'], class_limits: { micro: { empty_mass_kg: 0.25 } }, assumed_triggers: { logistics: [] }, agricultural_limits: {} },
  sources: { separation: 'ours', 'rules.application_by': 'Order 761' },
}

describe('the policy as a form', () => {
  it('has a field for every member, of its kind', () => {
    const kinds = Object.fromEntries(membersOf(policy).map(({ path, kind }) => [path, kind]))
    expect(kinds).toEqual({
      'separation.horizontal_m': 'number',
      'separation.vertical_m': 'number',
      'separation.time_buffer_s': 'number',
      separation_rules: 'separation_rules',
      ceiling_agl_m: 'number',
      night_flight_allowed: 'switch',
      weather: 'text',
      wind: 'wind',
      max_flights_per_cell: 'maybe_number',
      cell_limits: 'cell_limits',
      conditional_zones: 'choice',
      offer_layers_agl_m: 'numbers',
      contingencies: 'choices',
      'rules.application_by': 'text',
      'rules.exempt_classes': 'choices',
      'rules.class_limits': 'class_limits',
      'rules.assumed_triggers': 'triggers',
      'rules.agricultural_limits': 'class_limit',
    })
  })
  it('sends only what was changed: groups and lists whole, the rule clock and sources by member', () => {
    expect(changeOf(policy, policy)).toEqual({})
    let after = withValue(policy, 'separation.horizontal_m', 60)
    after = withValue(after, 'rules.exempt_classes', [])
    after = withValue(after, 'cell_limits', [{ cell: '8841', max_flights: 2 }])
    after = withSource(withSource(after, 'rules.application_by', ''), 'separation.horizontal_m', 'measured')
    expect(valueAt(after, 'separation.horizontal_m')).toBe(60)
    expect(sourceOf(after, 'separation.vertical_m')).toBe('measured')
    expect(changeOf(policy, after)).toEqual({
      separation: { horizontal_m: 60, vertical_m: 15, time_buffer_s: 15 },
      rules: { exempt_classes: [] },
      cell_limits: [{ cell: '8841', max_flights: 2 }],
      sources: { separation: 'measured', 'rules.application_by': null },
    })
  })
  it('makes rows of rules and rules of rows, leaving out what says nothing', () => {
    expect(same(ruleOfRow(rowOfRule(rule)), rule)).toBe(true)
    expect(ruleOfRow({ operation_type: 'survey', zone_id: '', vertical_m: 30, source: null })).toEqual({ when: { operation_type: 'survey' }, separation: { vertical_m: 30 } })
    expect(cellOfRow({ cell: '8841', max_flights: 0, from_hour: null, source: '' })).toEqual({ cell: '8841', max_flights: 0 })
  })
})
