/** Carriers, batteries and crews as a person types them; pure. */

import type { Battery, CarrierBody, Crew, FleetCarrier } from '../api/fleetState'

const text = (value: number | null | undefined, per = 1) => (value == null ? '' : String(Number((value / per).toPrecision(10))))
const amount = (written: string): number | null => (written.trim() === '' ? null : Number(written))
const within = (written: string, least: number, most: number): boolean => {
  const value = amount(written)
  return value === null || (value >= least && value <= most)
}
const whole = (written: string, least: number, most: number): boolean => /^\d+$/.test(written.trim()) && within(written, least, most)

/** The numbers of a carrier by field: how they are sent, in what unit they are typed, and their limits as typed. */
const numbers = {
  payload: ['payload_max_kg', 1, 0, 2000],
  mass: ['mass_kg', 1, 0.01, 10_000],
  hover: ['hover_w', 1, 0.1, 1e7],
  cruise: ['cruise_w', 1, 0.1, 1e7],
  speed: ['cruise_mps', 1, 0.1, 100],
  battery_wh: ['battery_wh', 1, 0.1, 1e6],
  reserve: ['reserve_share', 0.01, 0, 99],
  turn: ['turn_s', 1, 0, 7200],
  service_after: ['maintenance_after_s', 3600, 0.001, 277_777],
} as const satisfies Record<string, readonly [keyof CarrierBody, number, number, number]>

export type CarrierNumber = keyof typeof numbers
export const carrierNumbers = Object.keys(numbers) as readonly CarrierNumber[]

export interface CarrierDraft extends Readonly<Record<CarrierNumber, string>> {
  readonly aircraft_id: string
  readonly site_id: string
  readonly state: CarrierBody['state']
  readonly dangerous: boolean
  readonly cold: boolean
}

export function carrierDraft(carrier: FleetCarrier | null): CarrierDraft {
  const typed = Object.fromEntries(carrierNumbers.map((name) => [name, text(carrier?.[numbers[name][0]], numbers[name][1])])) as Record<CarrierNumber, string>
  return {
    ...typed,
    aircraft_id: carrier?.aircraft_id ?? '',
    site_id: carrier?.site_id ?? '',
    state: carrier?.state ?? 'available',
    dangerous: carrier?.dangerous_goods ?? false,
    cold: carrier?.cold_chain ?? false,
  }
}

/** What the service is sent, or null while something is missing or out of range. */
export function carrierBody(draft: CarrierDraft): CarrierBody | null {
  if (draft.aircraft_id === '' || draft.site_id === '') return null
  if (carrierNumbers.some((name) => !within(draft[name], numbers[name][2], numbers[name][3]))) return null
  const given = carrierNumbers.flatMap((name) => {
    const value = amount(draft[name])
    return value === null ? [] : [[numbers[name][0], value * numbers[name][1]] as const]
  })
  return { site_id: draft.site_id, state: draft.state, dangerous_goods: draft.dangerous, cold_chain: draft.cold, ...Object.fromEntries(given) }
}

export interface BatteryDraft {
  readonly battery_id: string | null
  readonly label: string
  readonly state: string
  readonly capacity: string
  readonly cycles: string
  readonly cycles_max: string
}

export const batteryDraft = (battery: Battery | null): BatteryDraft => ({
  battery_id: battery?.battery_id ?? null,
  label: battery?.label ?? '',
  state: battery?.state ?? 'ready',
  capacity: text(battery?.capacity_wh),
  cycles: text(battery?.cycles ?? 0),
  cycles_max: text(battery?.cycles_max ?? 500),
})

export const batteryFits = (draft: BatteryDraft): boolean =>
  draft.label.trim() !== '' && whole(draft.cycles, 0, 100_000) && (draft.battery_id !== null || (amount(draft.capacity) !== null && within(draft.capacity, 0.1, 1e6) && whole(draft.cycles_max, 1, 100_000)))

export interface CrewDraft {
  readonly crew_id: string | null
  readonly label: string
  readonly state: string
  readonly vehicles_max: string
}

export const crewDraft = (crew: Crew | null): CrewDraft => ({ crew_id: crew?.crew_id ?? null, label: crew?.label ?? '', state: crew?.state ?? 'on_duty', vehicles_max: text(crew?.vehicles_max ?? 5) })

export const crewFits = (draft: CrewDraft): boolean => draft.label.trim() !== '' && whole(draft.vehicles_max, 1, 1000)
