/** Inspection templates, the flights they yield, and results kept by reference. */

import { request } from './client'
import type { FlightPlan, Page } from './types'

export const inspectionKinds = ['area', 'line', 'points', 'emergency'] as const
export type InspectionKind = (typeof inspectionKinds)[number]

export interface Camera {
  readonly sensor_width_mm: number
  readonly sensor_height_mm: number
  readonly focal_mm: number
  readonly image_width_px: number
  readonly image_height_px: number
}

export interface InspectionAsked {
  readonly aircraft_id: string
  readonly kind: InspectionKind
  readonly geometry: GeoJSON.Polygon | GeoJSON.LineString | GeoJSON.MultiPoint
  readonly base?: { readonly lat_deg: number; readonly lon_deg: number }
  readonly base_site_id?: string
  readonly departure_at?: string
  readonly height_agl_m?: number
  readonly gsd_cm?: number
  readonly camera?: Camera
  readonly front_overlap?: number
  readonly side_overlap?: number
  readonly line_spacing_m?: number
  readonly heading_deg?: number
  readonly width_m?: number
  readonly hold_s?: number
  readonly speed_mps?: number
  readonly longest_flight_s?: number
  readonly interval_s?: number
  readonly priority?: number
}

export interface Waypoint {
  readonly lat_deg: number
  readonly lon_deg: number
  readonly alt_m: number
  readonly hold_s?: number
}

export interface InspectionFlight {
  readonly departure_at: string
  readonly lasts_s: number
  readonly length_m: number
  readonly pictures: number
  /** Goes to the service as it is. */
  readonly plan: { readonly route: { readonly waypoints: readonly Waypoint[] } } & Readonly<Record<string, unknown>>
}

export interface Inspection {
  readonly kind: InspectionKind
  readonly height_agl_m: number
  readonly gsd_cm: number | null
  readonly footprint_m: readonly [across: number, along: number] | null
  readonly line_spacing_m: number | null
  readonly picture_every_m: number | null
  readonly heading_deg: number | null
  readonly area_m2: number | null
  readonly length_m: number
  readonly pictures: number
  readonly ends_at: string
  readonly flights: readonly InspectionFlight[]
}

export const resultKinds = ['images', 'video', 'orthophoto', 'point_cloud', 'report', 'other'] as const
export type ResultKind = (typeof resultKinds)[number]

export interface NewResult {
  readonly kind: ResultKind
  readonly url: string
  readonly sha256?: string
  readonly note?: string
}

export interface FlightResult {
  readonly result_id: string
  readonly kind: string
  readonly url: string
  readonly sha256: string | null
  readonly size_bytes: number | null
  readonly note: string | null
  readonly added_at: string
}

const results = (planId: string) => `/v1/flight-plans/${encodeURIComponent(planId)}/results`

export const designInspection = (asked: InspectionAsked) => request<Inspection>('POST', '/v1/inspections', asked)
export const filePlan = (flight: InspectionFlight) => request<FlightPlan>('POST', '/v1/flight-plans', flight.plan)
export const getResults = (planId: string) => request<Page<FlightResult>>('GET', results(planId))
export const addResult = (planId: string, result: NewResult) => request<FlightResult>('POST', results(planId), result)
export const removeResult = (planId: string, resultId: string) => request<null>('DELETE', `${results(planId)}/${encodeURIComponent(resultId)}`)
