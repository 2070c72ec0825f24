/** Searching by anything that is at hand: what flies, stands, is filed, ordered or wrong, firms, ground, positions. Ranked, few, stable. */

import type { Order } from '../api/logistics'
import type { Aircraft, Alert, Corridor, FlightPlan, Operator, PlanState, Site, Zone } from '../api/types'
import { parsePosition, writePosition } from '../draw/coordinates'
import type { Place } from '../city/shenzhen'
import type { IndexItem } from '../live/protocol'

export const foundKinds = ['drone', 'alert', 'plan', 'order', 'aircraft', 'firm', 'site', 'zone', 'corridor', 'place', 'position', 'grid'] as const
export type FoundKind = (typeof foundKinds)[number]

export interface Found {
  readonly kind: FoundKind
  readonly id: string
  readonly name: string
  readonly detail: string
  /** Of a plan, said in words by whoever shows it. */
  readonly state?: PlanState
  readonly at: { readonly lat_deg: number; readonly lon_deg: number } | null
  readonly box: readonly [number, number, number, number] | null
}

export interface Haystack {
  readonly drones: readonly IndexItem[]
  readonly plans: readonly FlightPlan[]
  readonly alerts: readonly Alert[]
  readonly orders: readonly Order[]
  /** Every aircraft registered; those heard now are found as drones. */
  readonly aircraft: readonly Aircraft[]
  readonly firms: readonly Operator[]
  readonly zones: readonly Zone[]
  readonly sites: readonly Site[]
  readonly corridors: readonly Corridor[]
  readonly places: readonly Place[]
}

const LIMIT = 12

/** How well a text answers a query: 0 is exact, 1 begins with it, 2 a word of it does, 3 holds it; null does not. */
export function match(text: string | null | undefined, query: string): number | null {
  if (text === null || text === undefined || query === '') return null
  const low = text.toLowerCase()
  const at = low.indexOf(query)
  if (at < 0) return null
  if (low === query) return 0
  if (at === 0) return 1
  return /[\s_\-–·:]/.test(low[at - 1]!) ? 2 : 3
}

const best = (query: string, ...texts: (string | null | undefined)[]): number | null =>
  texts.reduce<number | null>((least, text) => {
    const score = match(text, query)
    return score === null ? least : least === null ? score : Math.min(least, score)
  }, null)

function boxOf(geometry: GeoJSON.Geometry): [number, number, number, number] | null {
  const points: number[][] = []
  const walk = (value: unknown): void => {
    if (!Array.isArray(value)) return
    if (typeof value[0] === 'number') points.push(value as number[])
    else for (const each of value) walk(each)
  }
  if ('coordinates' in geometry) walk(geometry.coordinates)
  if (points.length === 0) return null
  const [lons, lats] = [points.map(([lon]) => lon!), points.map(([, lat]) => lat!)]
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)]
}

/** What answers a query, best first; of equals those that move come before what stands. */
export function find(text: string, hay: Haystack, chinese: boolean): Found[] {
  const query = text.trim().toLowerCase()
  if (query === '') return []
  const scored: { readonly score: number; readonly found: Found }[] = []
  const take = (score: number | null, found: () => Found) => {
    if (score !== null) scored.push({ score: score + foundKinds.indexOf(found().kind) / 100, found: found() })
  }
  const point = parsePosition(text)
  if (point !== null) {
    const name = writePosition(point)
    take(0, () => ({ kind: 'position', id: name, name, detail: 'WGS-84', at: { lat_deg: point[1], lon_deg: point[0] }, box: null }))
  }
  const named = (item: { readonly name: string; readonly name_zh?: string | null | undefined }) => (chinese && item.name_zh ? item.name_zh : item.name)
  const firms = new Map(hay.firms.map((firm) => [firm.organisation_id, firm]))
  const registered = new Map(hay.aircraft.map((item) => [item.aircraft_id, item]))
  const firmName = (id: string | null | undefined) => {
    const firm = firms.get(id ?? '')
    return firm === undefined ? (id ?? '') : named(firm)
  }
  const heard = new Set(hay.drones.map(({ aircraft_id }) => aircraft_id))
  for (const drone of hay.drones) {
    const score = best(query, drone.registration, drone.track_id, drone.aircraft_id, drone.plan_id)
    take(score, () => ({ kind: 'drone', id: drone.track_id, name: drone.registration ?? drone.track_id, detail: firms.has(drone.operator_id ?? '') ? firmName(drone.operator_id) : (drone.operator_name ?? drone.aircraft_id ?? ''), at: null, box: null }))
  }
  for (const plan of hay.plans) {
    const registration = registered.get(plan.aircraft_id ?? '')?.registration
    const score = best(query, plan.plan_id, plan.aircraft_id, registration)
    take(score, () => ({ kind: 'plan', id: plan.plan_id, name: plan.plan_id, detail: registration ?? '', state: plan.state, at: null, box: null }))
  }
  for (const alert of hay.alerts) {
    const cause = chinese ? (alert.cause_zh ?? alert.detail_zh) : (alert.cause ?? alert.detail)
    const registration = registered.get(alert.aircraft_id ?? '')?.registration ?? ''
    take(best(query, alert.alert_id, cause, registration), () => ({ kind: 'alert', id: alert.alert_id, name: cause, detail: registration, at: null, box: null }))
  }
  for (const order of hay.orders) {
    const vehicle = registered.get(order.aircraft_id ?? '')?.registration
    const score = best(query, order.order_id, order.reference, order.mission_id, vehicle)
    take(score, () => ({ kind: 'order', id: order.order_id, name: order.reference ?? order.order_id, detail: [order.reference == null ? '' : order.order_id, vehicle ?? ''].join(' ').trim(), at: null, box: null }))
  }
  for (const item of hay.aircraft) {
    if (heard.has(item.aircraft_id)) continue
    const score = best(query, item.registration, item.aircraft_id)
    take(score, () => ({ kind: 'aircraft', id: item.registration, name: item.registration, detail: firmName(item.organisation_id), at: null, box: null }))
  }
  for (const firm of hay.firms) {
    const score = best(query, firm.name, firm.name_zh, firm.organisation_id)
    take(score, () => ({ kind: 'firm', id: firm.organisation_id, name: named(firm), detail: firm.organisation_id, at: null, box: null }))
  }
  for (const site of hay.sites) {
    const p = site.properties
    const [lon_deg, lat_deg] = site.geometry.coordinates as [number, number]
    take(best(query, p.name, p.name_zh, p.site_id), () => ({ kind: 'site', id: p.site_id, name: named(p), detail: p.site_id, at: { lat_deg, lon_deg }, box: null }))
  }
  for (const zone of hay.zones) {
    const p = zone.properties
    const id = p.zone_id ?? p.name
    take(best(query, p.name, p.name_zh, p.zone_id), () => ({ kind: 'zone', id, name: named(p), detail: `${p.lower_m ?? '–'}–${p.upper_m ?? '∞'} m ${p.datum}`, at: null, box: boxOf(zone.geometry) }))
  }
  for (const corridor of hay.corridors) {
    const p = corridor.properties
    take(best(query, p.name, p.name_zh, p.corridor_id), () => ({ kind: 'corridor', id: p.corridor_id, name: named(p), detail: `${p.lower_m}–${p.upper_m} m ${p.datum}`, at: null, box: boxOf(corridor.geometry) }))
  }
  for (const place of hay.places)
    take(best(query, place.zh, place.en), () => ({ kind: 'place', id: place.en, name: chinese ? place.zh : place.en, detail: chinese ? place.en : place.zh, at: { lat_deg: place.lat_deg, lon_deg: place.lon_deg }, box: null }))
  scored.sort((a, b) => a.score - b.score || a.found.name.localeCompare(b.found.name))
  return scored.slice(0, LIMIT).map(({ found }) => found)
}

/** The kind of thing a whole id names, which may be too old to be at hand and is asked for by it. */
export const idQuery = (text: string): 'plan' | 'order' | null => {
  const found = /^(fp|or)_[0-9a-z]{6,60}$/i.exec(text.trim())
  return found === null ? null : found[1]!.toLowerCase() === 'fp' ? 'plan' : 'order'
}

/** Whether a text may be a BeiDou grid code or an H3 cell, worth asking the service for. */
export const gridQuery = (text: string): 'code' | 'h3' | null => {
  const trimmed = text.trim()
  if (/^[89][0-9a-f]{14}$/i.test(trimmed)) return 'h3'
  return /^[NS]\d{2}[A-Z][0-9A-Z]{1,24}$/i.test(trimmed) ? 'code' : null
}
