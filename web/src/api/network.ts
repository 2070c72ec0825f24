/** Sites, corridors, people on the ground and ways between sites, as the network screen reads and writes them. */

import type { GroundRules } from '../network/groundRules'
import { request } from './client'
import type { Datum, Feature, WeeklyTime } from './types'

/** When something holds: dates, weekly times, or both; neither: always. */
export interface Period {
  readonly starts_at?: string | null
  readonly ends_at?: string | null
  readonly weekly?: readonly WeeklyTime[] | null
}

export interface Closure extends Period {
  readonly reason?: string | null
}

export interface SiteValues {
  readonly site_id: string
  readonly name: string
  readonly name_zh?: string | null
  readonly kind?: string | null
  readonly pads?: number | null
  readonly elevation_amsl_m?: number | null
  readonly radius_m?: number | null
  readonly operator_id?: string | null
  readonly open?: boolean | null
  readonly source?: string | null
  readonly demonstration?: boolean | null
  readonly opening_hours?: readonly Period[] | null
  readonly closures?: readonly Closure[] | null
  readonly slot?: { readonly prep_s?: number | null; readonly clear_s?: number | null; readonly turn_around_s?: number | null } | null
  readonly charging_w?: number | null
  readonly battery_swap_s?: number | null
  readonly approach_deg?: readonly (readonly [number, number])[] | null
  readonly departure_deg?: readonly (readonly [number, number])[] | null
}

export interface CorridorValues {
  readonly corridor_id: string
  readonly name: string
  readonly name_zh?: string | null
  readonly width_m: number
  readonly lower_m: number
  readonly upper_m: number
  readonly datum: Datum
  readonly direction: 'both' | 'forward'
  readonly speed_mps?: number | null
  readonly layer?: string | null
  readonly capacity?: number | null
  readonly source?: string | null
  readonly demonstration?: boolean | null
}

interface Versioned {
  /** The version in force; 0: as the city's data pack has it. */
  readonly version: number
}

export type NetworkSite = Feature<GeoJSON.Point, SiteValues> & Versioned
export type NetworkCorridor = Feature<GeoJSON.LineString, CorridorValues> & Versioned
export type Published<T> = T & { readonly plan_ids: readonly string[] }

export interface FileProblem {
  readonly field: string
  readonly line: number | null
  readonly detail: string
  readonly detail_zh: string
}

export interface Difference {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly unchanged: readonly string[]
  readonly withdrawn: readonly string[]
}

export interface NetworkImport {
  readonly dry_run: boolean
  readonly usable: boolean
  readonly errors: readonly FileProblem[]
  readonly warnings: readonly FileProblem[]
  readonly sites: Difference
  readonly corridors: Difference
  readonly plan_ids: readonly string[]
}

export interface Population {
  readonly grid_id: string | null
  readonly source: string
  readonly synthetic: boolean
  readonly square_m: number
  readonly known_share: number
  readonly people: number
  readonly items: readonly { readonly h3: string; readonly people_per_km2: number }[]
}

export interface PopulationCheck {
  readonly usable: boolean
  readonly why_not: string | null
  readonly items: number
  readonly known_share: number | null
  readonly people: number | null
  readonly errors: readonly FileProblem[]
  readonly warnings: readonly FileProblem[]
}

export interface GroundBreach {
  readonly code: string
  readonly severity: 'refuse' | 'warning'
  readonly detail: string
  readonly detail_zh: string
  readonly ground: { readonly value: number | null; readonly limit: number; readonly buffer_m: number; readonly lat_deg: number | null; readonly lon_deg: number | null }
}

export interface RouteLevel {
  readonly level_agl_m: number
  readonly found: boolean
  readonly cause: string | null
  readonly detail: string | null
  readonly detail_zh: string | null
  readonly length_m: number | null
  readonly lasts_s: number | null
  readonly energy_wh: number | null
  readonly within_energy: boolean
  readonly corridor_ids: readonly string[]
  readonly ground: {
    readonly allowed: boolean
    readonly buffer_m: number
    readonly exposed_per_km2: number | null
    readonly exposed_mean_per_km2: number | null
    readonly impact_energy_j: number | null
    readonly breaches: readonly GroundBreach[]
  } | null
  readonly noise: { readonly loudest_db: number; readonly cost_m: number | null }
  readonly waypoints: readonly { readonly lat_deg: number; readonly lon_deg: number; readonly alt_m: number }[]
}

export interface Routes {
  readonly departure_at: string
  readonly mass_kg: number
  readonly usable_wh: number
  readonly population: { readonly source: string; readonly synthetic: boolean }
  readonly would_pass: readonly number[]
  readonly levels: readonly RouteLevel[]
}

export const routeClasses = ['micro', 'light', 'small', 'medium', 'large'] as const

export interface RouteAsked {
  readonly origin_site_id: string
  readonly destination_site_id: string
  readonly aircraft_class: (typeof routeClasses)[number]
  readonly payload_kg: number
}

const id = encodeURIComponent
const guarded = (version: number | null): Record<string, string> => (version === null ? {} : { 'If-Match': `"${version}"` })
const plain = (file: File) => new Blob([file], { type: 'application/octet-stream' })

export const getNetworkSites = () => request<{ readonly items: readonly NetworkSite[] }>('GET', '/v1/sites')
export const getNetworkCorridors = () => request<{ readonly items: readonly NetworkCorridor[] }>('GET', '/v1/corridors')

/** `version` is the one that was read: a colleague's change meanwhile is not overwritten. */
export const putSite = (siteId: string, feature: unknown, version: number | null) =>
  request<Published<NetworkSite>>('PUT', `/v1/sites/${id(siteId)}`, feature, guarded(version))
export const putCorridor = (corridorId: string, feature: unknown, version: number | null) =>
  request<Published<NetworkCorridor>>('PUT', `/v1/corridors/${id(corridorId)}`, feature, guarded(version))
export const withdrawSite = (siteId: string, version: number | null) => request<null>('DELETE', `/v1/sites/${id(siteId)}`, undefined, guarded(version))
export const withdrawCorridor = (corridorId: string, version: number | null) =>
  request<null>('DELETE', `/v1/corridors/${id(corridorId)}`, undefined, guarded(version))

export type ImportMode = 'merge' | 'replace'
export const importNetwork = (file: File, mode: ImportMode, dryRun: boolean) =>
  request<NetworkImport>('POST', `/v1/network/import?mode=${mode}&dry_run=${dryRun}`, new Blob([file], { type: 'application/geo+json' }))

export const getPopulation = (res: number) => request<Population>('GET', `/v1/population?res=${res}`)

export type PopulationFormat = 'csv' | 'json' | 'geojson' | 'geotiff'
/** The format a file's name tells; a table where it tells none. */
export const populationFormat = (name: string): PopulationFormat =>
  /\.tiff?$/i.test(name) ? 'geotiff' : /\.geojson$/i.test(name) ? 'geojson' : /\.json$/i.test(name) ? 'json' : 'csv'

export interface PopulationOptions {
  readonly format: PopulationFormat
  readonly unit: 'people_per_km2' | 'people_per_pixel'
  /** Whether places the file does not name are empty; else they are unknown. */
  readonly restEmpty: boolean
}

const gridPath = ({ format, unit, restEmpty }: PopulationOptions, dryRun: boolean) => {
  const query = new URLSearchParams({ format, dry_run: String(dryRun) })
  if (format === 'geotiff') query.set('unit', unit)
  if (restEmpty) query.set('absent', '0')
  return `/v1/population/grids?${query}`
}
export const checkPopulation = (file: File, options: PopulationOptions) => request<PopulationCheck>('POST', gridPath(options, true), plain(file))
export const putPopulation = (file: File, options: PopulationOptions) => request<Population>('POST', gridPath(options, false), plain(file))
export const withdrawPopulation = (gridId: string) => request<null>('DELETE', `/v1/population/grids/${id(gridId)}`)

export const findRoutes = (asked: RouteAsked) => request<Routes>('POST', '/v1/routes', asked)

export const getGroundRules = () => request<GroundRules>('GET', '/v1/ground-risk/rules')
/** Publish rules over the version that was read; the service refuses where somebody published meanwhile. */
export const putGroundRules = (rules: Omit<GroundRules, 'version'>, version: number) => request<GroundRules>('PUT', '/v1/ground-risk/rules', rules, { 'If-Match': `"${version}"` })
