/** A zone while it is being drawn: what a person fills in, what is wrong with it, and what the service is sent. */

import type { TemporaryZoneBody, ZoneFeature } from '../api/zones'
import type { Corridor, Datum, Restriction, WeeklyTime, Zone } from '../api/types'
import { instantField, instantMs, isClock } from '../fields/timeText'
import { corridorRing, emptyShape, faultOf, geometryOf, shapeOf, type DrawnKind, type LonLat, type Shape, type ShapeFault } from './shape'

export const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const

export interface ZoneDraft {
  /** Null: a new zone. */
  readonly zone_id: string | null
  readonly version: number | null
  readonly temporary: boolean
  readonly name: string
  readonly name_zh: string
  readonly restriction: Restriction
  readonly lower: string
  /** Empty: unlimited. */
  readonly upper: string
  readonly datum: Datum
  /** kept: times too rich for this form stay as they are. */
  readonly times: 'always' | 'period' | 'weekly' | 'kept'
  /** As a person writes them, Beijing time: `2026-03-02T08:00`. */
  readonly from: string
  readonly to: string
  readonly days: readonly string[]
  readonly dayFrom: string
  readonly dayTo: string
  readonly kept: Zone['properties']['applicability'] | null
  readonly reason: string
  readonly authority: string
  readonly message: string
  readonly message_zh: string
  readonly category: 'event' | 'urgent'
  /** Why less notice is given than the rules ask for; empty: notice is given. */
  readonly override: string
  readonly shape: Shape
}

const HOUR_MS = 3_600_000
/** The service takes no temporary zone that lasts longer. */
const LONGEST_MS = 30 * 24 * HOUR_MS

export function emptyDraft(temporary: boolean, kind: DrawnKind, now_ms: number): ZoneDraft {
  const start_ms = Math.ceil(now_ms / 60_000) * 60_000 + (temporary ? 25 * HOUR_MS : 0)
  return {
    zone_id: null,
    version: null,
    temporary,
    name: '',
    name_zh: '',
    restriction: 'PROHIBITED',
    lower: '0',
    upper: '120',
    datum: 'AGL',
    times: temporary ? 'period' : 'always',
    from: instantField(start_ms),
    to: instantField(start_ms + 2 * HOUR_MS),
    days: ['MO', 'TU', 'WE', 'TH', 'FR'],
    dayFrom: '08:00',
    dayTo: '18:00',
    kept: null,
    reason: '',
    authority: '',
    message: '',
    message_zh: '',
    category: 'event',
    override: '',
    shape: emptyShape(kind),
  }
}

type Circled = Zone['properties'] & { readonly radius_m?: number; readonly centre?: LonLat; readonly version?: number; readonly demonstration?: boolean }

/** A published zone, to be changed. */
export function draftOf(zone: Zone, now_ms: number): ZoneDraft {
  const p: Circled = zone.properties
  const times = p.applicability ?? []
  const [only] = times
  const [from, to] = [Date.parse(only?.starts_at ?? ''), Date.parse(only?.ends_at ?? '')]
  const week: WeeklyTime | undefined = only?.weekly?.[0]
  const empty = emptyDraft(false, 'polygon', now_ms)
  const plain = times.length === 0 ? 'always' : times.length > 1 || (only?.weekly?.length ?? 0) > 1 ? 'kept' : week !== undefined ? 'weekly' : Number.isNaN(from) || Number.isNaN(to) ? 'kept' : 'period'
  return {
    ...empty,
    zone_id: p.zone_id ?? null,
    version: p.version ?? null,
    name: p.name,
    name_zh: p.name_zh ?? '',
    restriction: p.restriction,
    lower: p.lower_m === null ? '' : String(p.lower_m),
    upper: p.upper_m === null ? '' : String(p.upper_m),
    datum: p.datum,
    times: plain,
    from: Number.isNaN(from) ? empty.from : instantField(from),
    to: Number.isNaN(to) ? empty.to : instantField(to),
    days: week?.days ?? empty.days,
    dayFrom: week?.from ?? empty.dayFrom,
    dayTo: week?.to ?? empty.dayTo,
    kept: p.applicability ?? null,
    reason: p.reason ?? '',
    authority: p.authority ?? '',
    message: p.message ?? '',
    message_zh: p.message_zh ?? '',
    shape: shapeOf(zone.geometry, p.radius_m != null && p.centre != null ? { centre: p.centre, radius_m: p.radius_m } : null),
  }
}

export const draftFaults = ['name', 'lower', 'upper', 'band', 'times', 'days', 'past', 'long', 'override'] as const
export type DraftFault = (typeof draftFaults)[number] | ShapeFault

/** Everything that keeps a draft from being sent, in the order of the form. */
export function faultsOf(draft: ZoneDraft, now_ms: number): DraftFault[] {
  const found: DraftFault[] = []
  const shape = faultOf(draft.shape)
  if (shape !== null) found.push(shape)
  if (draft.name.trim() === '') found.push('name')
  const [lower, upper] = [Number(draft.lower), draft.upper.trim() === '' ? null : Number(draft.upper)]
  if (draft.lower.trim() === '' || !Number.isFinite(lower)) found.push('lower')
  if (upper !== null && !Number.isFinite(upper)) found.push('upper')
  if (upper !== null && Number.isFinite(lower) && upper <= lower) found.push('band')
  if (draft.times === 'period' || (draft.times === 'weekly' && (draft.from !== '' || draft.to !== ''))) {
    const [from, to] = [instantMs(draft.from), instantMs(draft.to)]
    if (from === null || to === null || to <= from) found.push('times')
    else if (draft.temporary && to <= now_ms) found.push('past')
    else if (draft.temporary && to - from > LONGEST_MS) found.push('long')
  }
  if (draft.times === 'weekly' && (draft.days.length === 0 || !isClock(draft.dayFrom) || !isClock(draft.dayTo))) found.push('days')
  if (draft.temporary && draft.override !== '' && draft.override.trim().length < 5) found.push('override')
  return found
}

const iso = (field: string): string => new Date(instantMs(field) ?? 0).toISOString()

function timesOf(draft: ZoneDraft): unknown {
  if (draft.times === 'always') return null
  if (draft.times === 'kept') return draft.kept
  const period = draft.from !== '' && draft.to !== '' ? { starts_at: iso(draft.from), ends_at: iso(draft.to) } : {}
  if (draft.times === 'period') return [period]
  return [{ ...period, weekly: [{ days: draft.days, from: draft.dayFrom, to: draft.dayTo }] }]
}

const given = (fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value.trim() === '' ? [] : [[name, value.trim()]])))

/** The Feature that publishing sends; null while the shape is not whole. */
export function featureOf(draft: ZoneDraft): ZoneFeature | null {
  const drawn = geometryOf(draft.shape)
  if (drawn === null) return null
  const { name, name_zh, reason, authority, message, message_zh } = draft
  const times = timesOf(draft)
  return {
    type: 'Feature',
    geometry: drawn.geometry,
    properties: {
      ...(draft.zone_id === null ? {} : { zone_id: draft.zone_id }),
      ...given({ name, name_zh, reason, authority, message, message_zh }),
      restriction: draft.restriction,
      lower_m: Number(draft.lower),
      upper_m: draft.upper.trim() === '' ? null : Number(draft.upper),
      datum: draft.datum,
      ...(times === null || times === undefined ? {} : { applicability: times }),
      ...(drawn.radius_m === null ? {} : { radius_m: drawn.radius_m }),
    },
  }
}

/** The body of a temporary zone; null while the shape or its times are not whole. */
export function temporaryOf(draft: ZoneDraft): TemporaryZoneBody | null {
  const drawn = geometryOf(draft.shape)
  if (drawn === null || instantMs(draft.from) === null || instantMs(draft.to) === null) return null
  const { name, name_zh, reason, message, message_zh } = draft
  return {
    name: name.trim(),
    ...given({ name_zh, reason, message, message_zh }),
    geometry: drawn.geometry,
    ...(drawn.radius_m === null ? {} : { radius_m: drawn.radius_m }),
    restriction: draft.restriction === 'REQ_AUTHORISATION' ? 'REQ_AUTHORISATION' : 'PROHIBITED',
    lower_m: Number(draft.lower),
    ...(draft.upper.trim() === '' ? {} : { upper_m: Number(draft.upper) }),
    datum: draft.datum,
    starts_at: iso(draft.from),
    ends_at: iso(draft.to),
    category: draft.category,
    ...(draft.override.trim() === '' ? {} : { emergency_override: { reason: draft.override.trim() } }),
  }
}

/** Room on either side of a corridor's middle that a helicopter on it is given, and how high (ours; both are shown and can be changed). */
const HELICOPTER_WIDTH_M = 600
const HELICOPTER_UP_M = 300
const HELICOPTER_FOR_MS = 30 * 60_000

/** A temporary zone that closes one corridor segment from now, for half an hour. */
export function helicopterDraft(corridor: Corridor, now_ms: number, words: { readonly name: string; readonly name_zh: string; readonly reason: string }): ZoneDraft {
  const start_ms = Math.ceil(now_ms / 60_000) * 60_000
  return {
    ...emptyDraft(true, 'corridor', now_ms),
    name: words.name,
    name_zh: words.name_zh,
    reason: words.reason,
    override: words.reason,
    category: 'urgent',
    upper: String(HELICOPTER_UP_M),
    from: instantField(start_ms),
    to: instantField(start_ms + HELICOPTER_FOR_MS),
    shape: { kind: 'corridor', points: corridor.geometry.coordinates.map((point): LonLat => [point[0]!, point[1]!]), width_m: HELICOPTER_WIDTH_M },
  }
}

/** West, south, east, north of what is drawn; null while nothing is. */
export function boxOf(shape: Shape): [number, number, number, number] | null {
  const points =
    shape.kind === 'fixed'
      ? (shape.geometry.type === 'Polygon' ? shape.geometry.coordinates : shape.geometry.coordinates.flat()).flat().map((point): LonLat => [point[0]!, point[1]!])
      : shape.kind === 'corridor'
        ? corridorRing(shape.points, shape.width_m)
        : shape.kind === 'circle' && shape.points[0] !== undefined
          ? [shape.points[0]]
          : shape.points
  if (points.length === 0) return null
  const pad = shape.kind === 'circle' ? shape.radius_m / 90_000 : 0
  const [lons, lats] = [points.map(([lon]) => lon), points.map(([, lat]) => lat)]
  return [Math.min(...lons) - pad, Math.min(...lats) - pad, Math.max(...lons) + pad, Math.max(...lats) + pad]
}
