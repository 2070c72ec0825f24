/** Searching by anything that is at hand: drones, sites, zones, corridors, places, plans, positions. Ranked, few, stable. */

import type { Corridor, FlightPlan, Site, Zone } from '../api/types'
import { parsePosition, writePosition } from '../draw/coordinates'
import type { Place } from '../city/shenzhen'
import type { IndexItem } from '../live/protocol'

export const foundKinds = ['drone', 'plan', 'site', 'zone', 'corridor', 'place', 'position', 'grid'] as const
export type FoundKind = (typeof foundKinds)[number]

export interface Found {
  readonly kind: FoundKind
  readonly id: string
  readonly name: string
  readonly detail: string
  readonly at: { readonly lat_deg: number; readonly lon_deg: number } | null
  readonly box: readonly [number, number, number, number] | null
}

export interface Haystack {
  readonly drones: readonly IndexItem[]
  readonly plans: readonly FlightPlan[]
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
  for (const drone of hay.drones) {
    const score = best(query, drone.registration, drone.track_id, drone.aircraft_id, drone.plan_id)
    take(score, () => ({ kind: 'drone', id: drone.track_id, name: drone.registration ?? drone.track_id, detail: drone.operator_name ?? drone.aircraft_id ?? '', at: null, box: null }))
  }
  for (const plan of hay.plans) {
    const score = best(query, plan.plan_id, plan.aircraft_id)
    take(score, () => ({ kind: 'plan', id: plan.plan_id, name: plan.plan_id, detail: plan.state, at: null, box: null }))
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

/** Whether a text may be a BeiDou grid code or an H3 cell, worth asking the service for. */
export const gridQuery = (text: string): 'code' | 'h3' | null => {
  const trimmed = text.trim()
  if (/^[89][0-9a-f]{14}$/i.test(trimmed)) return 'h3'
  return /^[NS]\d{2}[A-Z][0-9A-Z]{1,24}$/i.test(trimmed) ? 'code' : null
}
