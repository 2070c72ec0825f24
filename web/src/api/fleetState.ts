/** Vehicles, sites and batteries, as the fleet screen reads them. */

import { request } from './client'
import type { Page } from './types'

export interface VehicleState {
  readonly aircraft_id: string
  readonly registration: string
  readonly organisation_id: string
  readonly manufacturer: string
  readonly model: string
  readonly class: string
  readonly plan_id: string | null
  readonly link_up: boolean | null
  readonly heard_age_s: number | null
  readonly loss_pct: number | null
  readonly position_delay_s: number | null
  readonly battery_pct: number | null
  readonly armed: boolean | null
  readonly landed: boolean | null
  readonly mode: string | null
  readonly carrier_state: string | null
  readonly site_id: string | null
  readonly flown_s: number | null
  readonly maintenance_after_s: number | null
  readonly maintenance_due: boolean | null
}

export interface SiteState {
  readonly site_id: string
  readonly name: string
  readonly name_zh?: string | null
  readonly open: boolean
  readonly pads: number
  readonly pads_free: number
  readonly next_free_at: string | null
  readonly stays_ahead: number
}

export interface FleetState {
  readonly at: string
  readonly vehicles: readonly VehicleState[]
  readonly sites: readonly SiteState[]
}

export interface Battery {
  readonly battery_id: string
  readonly organisation_id: string
  readonly label: string
  readonly state: string
  readonly capacity_wh: number
  readonly cycles: number
  readonly cycles_max: number
}

export const carrierStates = ['available', 'maintenance', 'out_of_service'] as const
export const batteryStates = ['ready', 'charging', 'retired'] as const
export const crewStates = ['on_duty', 'off_duty'] as const

export interface CarrierBody {
  readonly site_id: string
  readonly state: (typeof carrierStates)[number]
  readonly payload_max_kg?: number | null
  readonly mass_kg?: number | null
  readonly hover_w?: number | null
  readonly cruise_w?: number | null
  readonly cruise_mps?: number | null
  readonly battery_wh?: number | null
  readonly reserve_share?: number | null
  readonly turn_s?: number | null
  readonly dangerous_goods: boolean
  readonly cold_chain: boolean
  readonly maintenance_after_s?: number | null
}

export interface FleetCarrier extends CarrierBody {
  readonly aircraft_id: string
  readonly organisation_id: string
  readonly free_site_id: string | null
  readonly free_at: string | null
  readonly flown_s?: number | null
}

export interface Crew {
  readonly crew_id: string
  readonly organisation_id: string
  readonly label: string
  readonly vehicles_max: number
  readonly state: string
}

const part = encodeURIComponent

export const getCarriers = () => request<Page<FleetCarrier>>('GET', '/v1/carriers')
export const putCarrier = (aircraftId: string, body: CarrierBody) => request<FleetCarrier>('PUT', `/v1/carriers/${part(aircraftId)}`, body)
export const addBattery = (body: { readonly label: string; readonly capacity_wh: number; readonly cycles: number; readonly cycles_max: number }) => request<Battery>('POST', '/v1/batteries', body)
export const changeBattery = (batteryId: string, body: { readonly label?: string; readonly state?: string; readonly cycles?: number }) => request<Battery>('PATCH', `/v1/batteries/${part(batteryId)}`, body)
export const getCrews = () => request<Page<Crew>>('GET', '/v1/crews')
export const addCrew = (body: { readonly label: string; readonly vehicles_max: number; readonly state: string }) => request<Crew>('POST', '/v1/crews', body)
export const changeCrew = (crewId: string, body: { readonly label?: string; readonly vehicles_max?: number; readonly state?: string }) => request<Crew>('PATCH', `/v1/crews/${part(crewId)}`, body)
export const getFleetState = () => request<FleetState>('GET', '/v1/fleet/state')
/** Only the sites with their pads. */
export const getSiteStates = () => request<FleetState>('GET', '/v1/fleet/state?vehicles=false')
export const getBatteries = () => request<Page<Battery>>('GET', '/v1/batteries')
