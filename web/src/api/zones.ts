/** Zones: their impact, publishing, import; temporary ones with the list of what each flight should do. */

import { request, type Answer } from './client'
import type { Datum, Page, Problem, Restriction, Zone } from './types'

export interface ZoneFeature {
  readonly type: 'Feature'
  readonly geometry: GeoJSON.Geometry
  readonly properties: Readonly<Record<string, unknown>>
}

export interface Touched {
  readonly plan_id: string
  readonly organisation_id: string
  readonly aircraft_id: string
  readonly operation_type?: string | null
  readonly enters_at: string | null
  readonly leaves_at: string | null
  readonly action: string
}

export interface ZoneImpact {
  readonly filed: readonly Touched[]
  readonly airborne: readonly Touched[]
  readonly counts: { readonly filed: number; readonly airborne: number }
}

export const zoneImpact = (zone: ZoneFeature) => request<ZoneImpact>('POST', '/v1/zones/impact', zone)

const zonePath = (id: string) => `/v1/zones/${encodeURIComponent(id)}`
const guarded = (version: number | null): Record<string, string> => (version === null ? {} : { 'If-Match': `"${version}"` })

export const publishZone = (zone: ZoneFeature) => request<Zone>('POST', '/v1/zones', zone)
/** A new version; refused when somebody published another one since `version` was read. */
export const replaceZone = (id: string, zone: ZoneFeature, version: number | null) => request<Zone>('PUT', zonePath(id), zone, guarded(version))
export const withdrawZone = (id: string, version: number | null) => request<null>('DELETE', zonePath(id), undefined, guarded(version))
export const readZone = (id: string) => request<Zone>('GET', zonePath(id))

export interface TemporaryZoneBody {
  readonly name: string
  readonly name_zh?: string
  readonly geometry: GeoJSON.Geometry
  readonly radius_m?: number
  readonly restriction: Extract<Restriction, 'PROHIBITED' | 'REQ_AUTHORISATION'>
  readonly lower_m: number
  readonly upper_m?: number
  readonly datum: Datum
  readonly starts_at: string
  readonly ends_at: string
  readonly category: 'event' | 'urgent'
  readonly emergency_override?: { readonly reason: string }
  readonly reason?: string
  readonly message?: string
  readonly message_zh?: string
}

export interface PreviewItem {
  readonly plan_id: string
  readonly aircraft_id: string
  readonly organisation_id: string
  readonly flight: 'airborne' | 'filed'
  readonly action: string
  readonly enters_at?: string | null
}

export interface TemporaryPreview {
  readonly starts_at: string
  readonly ends_at: string
  readonly airborne: number
  readonly filed: number
  readonly items: readonly PreviewItem[]
}

export const previewTemporary = (body: TemporaryZoneBody) => request<TemporaryPreview>('POST', '/v1/temporary-zones?dry_run=true', body)

export const actionStates = ['proposed', 'executing', 'confirmed', 'escalated', 'withdrawn'] as const
export type ActionState = (typeof actionStates)[number]

export interface ActionItem extends PreviewItem {
  readonly item_id: string
  readonly state: ActionState
  readonly detail?: string | null
  readonly detail_zh?: string | null
}

export interface ActionList {
  readonly action_list_id: string
  readonly cause_id: string
  readonly state: string
  readonly created_at: string
  readonly counts: Readonly<Record<ActionState, number>>
  readonly items: readonly ActionItem[]
}

export interface TemporaryZone {
  readonly zone_id: string
  readonly category: string
  readonly starts_at: string
  readonly ends_at: string
  readonly action_list_id: string
  readonly zone: Zone
}

export const publishTemporary = (body: TemporaryZoneBody) => request<TemporaryZone & { readonly action_list: ActionList }>('POST', '/v1/temporary-zones', body)
export const getTemporary = () => request<Page<TemporaryZone>>('GET', '/v1/temporary-zones')
export const withdrawTemporary = (id: string) => request<null>('DELETE', `/v1/temporary-zones/${encodeURIComponent(id)}`)

const listPath = (id: string) => `/v1/action-lists/${encodeURIComponent(id)}`
export const getActionList = (id: string) => request<ActionList>('GET', listPath(id))
export type Asked = Problem & { readonly confirmation_token?: string }
/** Without a token the service only answers what it would do (409 confirmation_required, with the token). */
export const executeItems = (id: string, items: readonly string[] | null, token: string | null, reason: string | null = null): Promise<Answer<ActionList>> =>
  request<ActionList>('POST', `${listPath(id)}/execute`, { ...(items === null ? {} : { items }), ...(token === null ? {} : { confirmation_token: token }), ...(reason === null ? {} : { reason }) })

export const importFormats = ['geojson', 'ed269', 'ed318', 'kml', 'kmz', 'openair'] as const
export type ImportFormat = (typeof importFormats)[number]

export interface ImportFault {
  readonly field: string
  readonly line: number | null
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly detail: string
  readonly detail_zh: string
}

export interface ImportedZone {
  readonly zone_id: string
  readonly name: string
  readonly name_zh?: string | null
  readonly restriction: Restriction
  readonly lower_m: number
  readonly upper_m: number | null
  readonly datum: Datum
  /** As the service read it, WGS-84; a circle is its centre. */
  readonly geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon | GeoJSON.Point
  readonly radius_m: number | null
  readonly line: number | null
  readonly replaces_version: number | null
}

export interface ImportAnswer {
  readonly dry_run: boolean
  readonly valid: number
  readonly zone_ids: readonly string[]
  readonly errors: readonly ImportFault[]
  readonly warnings: readonly ImportFault[]
  readonly zones?: readonly ImportedZone[]
  readonly impact?: { readonly counts: { readonly filed: number; readonly airborne: number } }
}

export interface ImportOptions {
  readonly format: ImportFormat
  readonly crs: 'WGS84' | 'GCJ02' | 'CGCS2000'
  readonly dry_run: boolean
  /** Of KML placemarks that name none. */
  readonly defaults?: { readonly restriction: Restriction; readonly lower_m: number; readonly upper_m: number; readonly datum: Datum }
}

export function importZones(file: Blob, { format, crs, dry_run, defaults }: ImportOptions): Promise<Answer<ImportAnswer>> {
  const query = new URLSearchParams({ format, crs, dry_run: String(dry_run) })
  for (const [name, value] of Object.entries(defaults ?? {})) query.set(name, String(value))
  const type = format === 'geojson' || format === 'ed269' || format === 'ed318' ? 'application/json' : 'application/octet-stream'
  return request<ImportAnswer>('POST', `/v1/zones/import?${query}`, new Blob([file], { type }))
}

/** The format a file's name says it is of. */
export function formatOf(name: string): ImportFormat {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase()
  if (ending === 'kml' || ending === 'kmz') return ending
  return ending === 'txt' || ending === 'air' ? 'openair' : 'geojson'
}

export interface ZoneVersion {
  readonly zone_id: string
  readonly version: number
  readonly at: string
  readonly by: string
  readonly withdrawn: boolean
  readonly in_force: boolean
  readonly feature: Zone
}

/** Changes of zones, newest first; of one zone, or of all. */
export const getZoneVersions = (zoneId: string | null) => request<Page<ZoneVersion>>('GET', `/v1/zone-versions?limit=100${zoneId === null ? '' : `&zone_id=${encodeURIComponent(zoneId)}`}`)
