/** The rules of ground risk while they are edited: what stands there as text, what is wrong, what the service is sent. */

export const operations = ['logistics', 'inspection', 'survey', 'emergency', 'public_safety', 'environment', 'other'] as const
export const answersToBreach = ['off', 'told', 'refuse'] as const
export type AnswerToBreach = (typeof answersToBreach)[number]
type Filed = Readonly<Record<(typeof operations)[number], AnswerToBreach>>

export interface GroundRules {
  readonly version: number
  readonly ground_risk: {
    readonly buffer_ratio: number
    readonly exposed_per_km2_most: number
    readonly exposed_share: number
    readonly impact_energy_j_most: number
    readonly enforced: boolean
    readonly enforced_on_synthetic: boolean
  }
  readonly noise: { readonly price: number; readonly reference_db: number; readonly reach_m: number; readonly detour_share_most: number }
  readonly filed: Filed
}

export const ruleFields = ['buffer', 'exposed_most', 'exposed_share', 'energy', 'price', 'reference', 'reach', 'detour'] as const
export type RuleField = (typeof ruleFields)[number]

export interface RulesDraft extends Readonly<Record<RuleField, string>> {
  readonly version: number
  readonly enforced: boolean
  readonly enforced_synthetic: boolean
  readonly filed: Filed
}

const text = (value: number) => String(Number(value.toPrecision(10)))

export const rulesDraftOf = ({ version, ground_risk, noise, filed }: GroundRules): RulesDraft => ({
  version,
  buffer: text(ground_risk.buffer_ratio),
  exposed_most: text(ground_risk.exposed_per_km2_most),
  exposed_share: text(ground_risk.exposed_share * 100),
  energy: text(ground_risk.impact_energy_j_most / 1000),
  enforced: ground_risk.enforced,
  enforced_synthetic: ground_risk.enforced_on_synthetic,
  price: text(noise.price),
  reference: text(noise.reference_db),
  reach: text(noise.reach_m),
  detour: text(noise.detour_share_most * 100),
  filed,
})

/** Least and most of each number, as it is typed. */
const limits: Readonly<Record<RuleField, readonly [number, number]>> = {
  buffer: [0, 10],
  exposed_most: [0, 1e6],
  exposed_share: [0, 100],
  energy: [0.001, 1e5],
  price: [0, 100],
  reference: [0, 200],
  reach: [0, 5000],
  detour: [0, 500],
}

export const rulesFaults = (draft: RulesDraft): readonly RuleField[] =>
  ruleFields.filter((name) => draft[name].trim() === '' || !(Number(draft[name]) >= limits[name][0] && Number(draft[name]) <= limits[name][1]))

/** What the service is sent; call it only without faults. */
export const rulesBody = (draft: RulesDraft): Omit<GroundRules, 'version'> => ({
  ground_risk: {
    buffer_ratio: Number(draft.buffer),
    exposed_per_km2_most: Number(draft.exposed_most),
    exposed_share: Number(draft.exposed_share) / 100,
    impact_energy_j_most: Number(draft.energy) * 1000,
    enforced: draft.enforced,
    enforced_on_synthetic: draft.enforced_synthetic,
  },
  noise: { price: Number(draft.price), reference_db: Number(draft.reference), reach_m: Number(draft.reach), detour_share_most: Number(draft.detour) / 100 },
  filed: draft.filed,
})
