/** What the flight drawer reads beside plan and track: profile, timeline, link, contact and grid codes. */

import { request } from './client'
import type { Datum, Restriction } from './types'

export interface ProfileSamples {
  readonly distance_m: readonly number[]
  readonly at: readonly string[]
  readonly lat_deg: readonly number[]
  readonly lon_deg: readonly number[]
  readonly ground_amsl_m: readonly number[]
  readonly undulation_m: readonly number[]
  readonly alt_hae_m: readonly number[]
  readonly alt_amsl_m: readonly number[]
  readonly alt_agl_m: readonly number[]
}

export interface Band {
  readonly name: string
  readonly name_zh?: string | null
  readonly lower_m: number
  /** Null: without an upper limit. */
  readonly upper_m: number | null
  readonly datum: Datum
  readonly ranges_m: readonly (readonly [number, number])[]
}

export interface ZoneBand extends Band {
  readonly zone_id: string
  readonly restriction: Restriction
  readonly in_force: boolean
}

export interface CorridorBand extends Band {
  readonly corridor_id: string
}

export interface FlightProfile {
  readonly plan_id: string
  readonly version: number
  readonly terrain: { readonly label: string; readonly label_zh?: string | null; readonly synthetic: boolean }
  readonly tolerance_m: number
  readonly length_m: number | null
  /** Null for a plan of volumes, and where the ground is not known. */
  readonly samples: ProfileSamples | null
  readonly zones: readonly ZoneBand[]
  readonly corridors: readonly CorridorBand[]
}

export interface TimelineEvent {
  readonly at: string
  readonly kind: 'plan' | 'alert' | 'advisory' | 'contingency' | 'command'
  readonly what: string
  readonly severity: string | null
  readonly actor: string | null
  readonly detail: string | null
  readonly detail_zh: string | null
  readonly ref: string | null
  readonly outcome?: string | null
  readonly alert_kind?: string
  readonly command_type?: string
  readonly contingency_kind?: string
}

export interface LinkReport {
  readonly up: boolean | null
  readonly signed: boolean | null
  readonly mavlink_version: number | null
  readonly heard_age_s: number | null
  readonly heartbeat_age_s: number | null
  readonly position_delay_s: number | null
  readonly clock_uncertainty_s: number | null
  readonly frames: number | null
  readonly lost: number | null
  readonly loss_pct: number | null
  readonly rate_hz: number | null
  readonly position_rate_hz: number | null
}

export interface Contact {
  readonly organisation_id: string
  readonly duty_name: string | null
  readonly phone: string | null
  readonly radio: string | null
  readonly email: string | null
  readonly updated_at: string | null
}

export interface GridAnswer {
  readonly gcj02: { readonly lat_deg: number; readonly lon_deg: number }
  readonly beidou_codes: Readonly<Record<string, string>>
  readonly h3_cells: Readonly<Record<string, string>>
}

const part = encodeURIComponent

export const getProfile = (planId: string) => request<FlightProfile>('GET', `/v1/flight-plans/${part(planId)}/profile`)
export const getTimeline = (planId: string) => request<{ readonly items: readonly TimelineEvent[] }>('GET', `/v1/flight-plans/${part(planId)}/timeline`)
export const getLink = (aircraftId: string) => request<LinkReport>('GET', `/v1/aircraft/${part(aircraftId)}/link`)
export const getContact = (organisationId: string) => request<Contact>('GET', `/v1/operators/${part(organisationId)}/contact`)
export const getGrid = (lat_deg: number, lon_deg: number) =>
  request<GridAnswer>('GET', `/v1/airspace/grid?${new URLSearchParams({ lat_deg: lat_deg.toFixed(7), lon_deg: lon_deg.toFixed(7) })}`)
