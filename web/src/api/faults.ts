/** Faults of the demonstration's simulated vehicles. */

import { request } from './client'

export interface FaultValue {
  readonly name: string
  readonly text: string
  readonly text_zh: string
  readonly default: number | string
  readonly minimum?: number
  readonly maximum?: number
  readonly one_of?: readonly string[]
}

export interface FaultKind {
  readonly kind: string
  readonly text: string
  readonly text_zh: string
  readonly values: readonly FaultValue[]
}

export interface Fault {
  readonly fault_id: string
  readonly kind: string
  readonly in_force: boolean
  readonly starts_in_s: number
  /** null: until it is taken away. */
  readonly ends_in_s: number | null
  readonly values: Readonly<Record<string, number | string>>
}

export interface SimVehicle {
  readonly id: string
  readonly registration?: string | null
  readonly aircraft_id?: string | null
  readonly autopilot: string
  readonly mode: string
  readonly airborne: boolean
  readonly battery_pct: number
  readonly faults: readonly Fault[]
}

export interface FaultsAnswer {
  readonly kinds: readonly FaultKind[]
  readonly vehicles: readonly SimVehicle[]
}

export interface NewFault {
  readonly vehicle_id: string
  readonly kind: string
  readonly starts_in_s?: number
  readonly lasts_s?: number
  readonly values?: Readonly<Record<string, number | string>>
}

const PATH = '/v1/demo/faults'

export const getFaults = () => request<FaultsAnswer>('GET', PATH)
export const addFault = (fault: NewFault) => request<Fault>('POST', PATH, fault)

/** Take one fault of a vehicle away, or all of them. */
export const clearFaults = (vehicleId: string, faultId: string | null) =>
  request<{ readonly cleared: readonly string[] }>(
    'DELETE',
    `${PATH}?${new URLSearchParams({ vehicle_id: vehicleId, ...(faultId === null ? {} : { fault_id: faultId }) })}`,
  )
