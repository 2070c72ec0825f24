/** Orders, missions, carriers and the indicators of logistics, as the console reads them. */

import { request, type Answer } from './client'
import type { Page } from './types'

export const orderStates = ['created', 'assigned', 'flying', 'delivered', 'failed', 'returned', 'cancelled'] as const

export type OrderState = (typeof orderStates)[number]

export const priorityClasses = ['medical', 'express', 'standard'] as const

export type PriorityClass = (typeof priorityClasses)[number]

export interface Words {
  readonly detail: string
  readonly detail_zh?: string | null
}

/** One reason for the time of a flight, and how many seconds it made of it. */
export interface WhyThen extends Words {
  readonly code: string
  readonly seconds: number
}

export interface OrderStep extends Words {
  readonly at: string
  readonly state: OrderState
  readonly actor: string
  readonly mission_id?: string | null
}

export interface Order {
  readonly order_id: string
  readonly organisation_id: string
  readonly state: OrderState
  readonly version: number
  readonly origin_site_id: string
  readonly destination_site_id: string
  /** The hub it lies at; null before it has changed vehicles. */
  readonly at_site_id?: string | null
  /** The hubs ahead of it, in order. */
  readonly via_site_ids?: readonly string[]
  readonly payload_kg: number
  readonly priority_class: PriorityClass
  readonly ready_at?: string | null
  readonly deliver_by?: string | null
  readonly dangerous_goods?: boolean
  readonly cold_chain?: boolean
  readonly reference?: string | null
  readonly promise?: {
    readonly deliver_at: string
    readonly probability: number
    readonly flights_seen: number
    readonly kept?: boolean | null
  } | null
  readonly expected_at?: string | null
  readonly delivered_at?: string | null
  readonly mission_id?: string | null
  readonly plan_id?: string | null
  readonly aircraft_id?: string | null
  readonly why?: (Words & { readonly alternatives?: readonly { readonly aircraft_id: string; readonly arrives_at: string }[]; readonly times?: readonly WhyThen[] }) | null
  readonly cause?: (Words & { readonly code: string }) | null
  /** Only in the answer about one order. */
  readonly story?: readonly OrderStep[]
}

export interface Mission {
  readonly mission_id: string
  readonly state: string
  readonly plan_id: string
  readonly aircraft_id: string
  readonly departs_at: string
  readonly arrives_at: string
  readonly took_off_at?: string | null
  readonly landed_at?: string | null
  readonly length_m?: number | null
  readonly energy_wh?: number | null
}

export interface Carrier {
  readonly aircraft_id: string
  readonly state: string
  readonly site_id: string
  readonly payload_max_kg?: number | null
  readonly battery_wh?: number | null
  readonly free_site_id?: string | null
  readonly free_at?: string | null
}

export interface Indicators {
  readonly delivered: number
  readonly open: number
  readonly failed: number
  readonly on_time_share: number | null
  readonly promises_kept_share: number | null
  readonly mean_wait_s: number | null
  readonly energy_wh_per_km: number | null
  readonly carrier_use_share: number | null
}

export interface NewOrder {
  readonly origin_site_id: string
  readonly destination_site_id: string
  readonly payload_kg: number
  readonly priority_class: PriorityClass
  readonly ready_at?: string
  readonly deliver_by?: string
  readonly reference?: string
  readonly dangerous_goods?: boolean
  readonly cold_chain?: boolean
  readonly via_site_ids?: readonly string[]
}

const part = encodeURIComponent

/** One page of orders, newest first. */
export function getOrders(cursor: string | null = null): Promise<Answer<Page<Order>>> {
  const query = new URLSearchParams({ limit: '100' })
  if (cursor !== null) query.set('cursor', cursor)
  return request<Page<Order>>('GET', `/v1/orders?${query}`)
}
export const getOrder = (orderId: string) => request<Order>('GET', `/v1/orders/${part(orderId)}`)
export const createOrder = (order: NewOrder) => request<Order>('POST', '/v1/orders', order)
export const getMission = (missionId: string) => request<Mission>('GET', `/v1/missions/${part(missionId)}`)
export const getCarrier = (aircraftId: string) => request<Carrier>('GET', `/v1/carriers/${part(aircraftId)}`)
export const getIndicators = () => request<{ readonly totals: Indicators }>('GET', '/v1/statistics/logistics')
