import { expect, test } from 'vitest'
import { rulesBody, rulesDraftOf, rulesFaults, type GroundRules } from '../src/network/groundRules'

const rules: GroundRules = {
  version: 3,
  ground_risk: { buffer_ratio: 1, exposed_per_km2_most: 300, exposed_share: 0.076, impact_energy_j_most: 34_000, enforced: true, enforced_on_synthetic: false },
  noise: { price: 0.25, reference_db: 70, reach_m: 300, detour_share_most: 0.5 },
  filed: { logistics: 'told', inspection: 'told', survey: 'off', emergency: 'off', public_safety: 'off', environment: 'told', other: 'refuse' },
}

test('rules that are opened and published unchanged say the same, in the units people type', () => {
  const draft = rulesDraftOf(rules)
  expect(draft).toMatchObject({ exposed_share: '7.6', energy: '34', detour: '50' })
  expect(rulesFaults(draft)).toEqual([])
  expect(rulesBody(draft)).toEqual({ ground_risk: rules.ground_risk, noise: rules.noise, filed: rules.filed })
})

test('a number that is missing or out of range is named', () => {
  expect(rulesFaults({ ...rulesDraftOf(rules), buffer: '', exposed_share: '101' })).toEqual(['buffer', 'exposed_share'])
})
