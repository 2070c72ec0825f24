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

export const getFleetState = () => request<FleetState>('GET', '/v1/fleet/state')
/** Only the sites with their pads. */
export const getSiteStates = () => request<FleetState>('GET', '/v1/fleet/state?vehicles=false')
export const getBatteries = () => request<Page<Battery>>('GET', '/v1/batteries')
