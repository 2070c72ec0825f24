/** The indicators of operations, as the console reads them. */

import { request } from './client'
import type { AlertSeverity } from './types'

export interface FlightBucket {
  readonly starts_at: string
  readonly filed: number
  readonly flown: number
  readonly refused: number
  readonly cancelled: number
  readonly on_time_share: number | null
}

export interface FirmRequests {
  readonly organisation_id: string | null
  readonly name: string
  readonly name_zh?: string | null
  readonly requested: number
  readonly approved: number
  readonly refused: number
  readonly pending: number
  readonly displaced: number
  readonly offers_taken: number
  readonly approved_share: number | null
  readonly mean_delay_s: number | null
  readonly refusals: readonly { readonly code: string; readonly plans: number; readonly share: number }[]
}

export interface Operations {
  readonly from_at: string
  readonly to_at: string
  readonly flights: {
    readonly departed: number
    readonly on_time: number
    readonly on_time_share: number | null
    readonly on_time_within_s: number
    readonly median_delay_s: number | null
    readonly p90_delay_s: number | null
    readonly series: readonly FlightBucket[]
  }
  readonly requests: Omit<FirmRequests, 'organisation_id' | 'name' | 'name_zh'>
  readonly firms: readonly FirmRequests[]
  readonly alerts: {
    readonly total: number
    readonly kinds: readonly ({ readonly kind: string; readonly total: number } & Readonly<Record<AlertSeverity, number>>)[]
    readonly acknowledged: number
    readonly not_acknowledged: number
    readonly median_response_s: number | null
    readonly p90_response_s: number | null
    readonly response_by_severity: readonly { readonly severity: AlertSeverity; readonly acknowledged: number; readonly median_s: number | null; readonly p90_s: number | null }[]
  }
  readonly separation: {
    readonly predicted_losses: number
    readonly closest: readonly {
      readonly alert_id: string
      readonly at: string
      readonly severity: AlertSeverity
      readonly horizontal_m: number | null
      readonly vertical_m: number | null
      readonly detail: string
      readonly detail_zh?: string | null
    }[]
  }
  readonly airspace: {
    readonly flights: number
    readonly corridors: readonly { readonly corridor_id: string; readonly name: string; readonly name_zh?: string | null; readonly flights: number; readonly flown_km: number }[]
    readonly cell_resolution: number
    readonly cells: readonly { readonly cell: string; readonly flights: number }[]
  }
}

export interface Noise {
  readonly reference_m: number
  readonly cell_resolution: number
  readonly cells: readonly {
    readonly cell: string
    readonly seconds_at_reference: number
    /** Equivalent level of the window under the flights, dB(A), modelled; null where nothing was heard close enough. */
    readonly laeq_db: number | null
    readonly people: number | null
  }[]
  readonly population: { readonly source: string | null; readonly synthetic: boolean | null }
}

const between = (from_ms: number, to_ms: number) => new URLSearchParams({ from: new Date(from_ms).toISOString(), to: new Date(to_ms).toISOString() })

export const getOperations = (from_ms: number, to_ms: number) => request<Operations>('GET', `/v1/statistics/operations?${between(from_ms, to_ms)}`)
export const getNoise = (from_ms: number, to_ms: number) => request<Noise>('GET', `/v1/statistics/noise?${between(from_ms, to_ms)}`)

export interface DeliveryFigures {
  readonly organisation_id: string | null
  readonly delivered: number
  readonly failed: number
  readonly open: number
  readonly on_time_share: number | null
  readonly promises_kept_share: number | null
  readonly energy_wh_per_km: number | null
  readonly carriers: number
  readonly carrier_use_share: number | null
  readonly cost_per_delivery: number | null
  readonly late_causes: Readonly<Record<string, number>>
  readonly causes: Readonly<Record<string, number>>
}

export interface DeliveryIndicators {
  readonly from_at: string
  readonly to_at: string
  readonly items: readonly DeliveryFigures[]
  readonly totals: DeliveryFigures
  readonly sites: readonly { readonly site_id: string; readonly movements: number; readonly pads: number | null; readonly pad_use_share: number | null }[]
  readonly cells: readonly { readonly h3: string; readonly flights: number }[]
  readonly corridors: readonly { readonly corridor_id: string; readonly name: string; readonly name_zh?: string | null; readonly flights: number; readonly flown_km: number }[]
}

/** What a firm reckons with, in its own money; null: no cost is told. */
export interface DeliveryPrices {
  readonly flight_hour: number | null
  readonly kwh: number | null
}

export function getDeliveries(from_ms: number, to_ms: number, { flight_hour, kwh }: DeliveryPrices) {
  const query = between(from_ms, to_ms)
  if (flight_hour !== null) query.set('flight_hour_cost', String(flight_hour))
  if (kwh !== null) query.set('kwh_cost', String(kwh))
  return request<DeliveryIndicators>('GET', `/v1/statistics/logistics?${query}`)
}
