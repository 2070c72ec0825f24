/** A site while it is edited: what a person fills in, what is wrong with it, and what the service is sent. */

import type { Closure, NetworkSite, Period } from '../api/network'
import { faultOf, type Shape, type ShapeFault } from '../draw/shape'
import { instantField, instantMs, isClock } from '../fields/timeText'

export interface ClosureDraft {
  /** As a person writes them, Beijing time: `2026-03-02T08:00`. */
  readonly from: string
  readonly to: string
  readonly reason: string
}

/** Closed every week on these days, from one time of day to another. */
export interface WeeklyClosureDraft {
  readonly days: readonly string[]
  readonly from: string
  readonly to: string
  readonly reason: string
}

export interface SiteDraft {
  /** Null: a new site. */
  readonly version: number | null
  readonly site_id: string
  readonly name: string
  readonly name_zh: string
  readonly kind: string
  readonly pads: string
  readonly elevation: string
  readonly operator_id: string
  readonly open: boolean
  /** kept: hours too rich for this form stay as they are. */
  readonly hours: 'always' | 'weekly' | 'kept'
  readonly days: readonly string[]
  readonly dayFrom: string
  readonly dayTo: string
  readonly keptHours: readonly Period[]
  readonly closures: readonly ClosureDraft[]
  readonly weeklyClosures: readonly WeeklyClosureDraft[]
  /** Closures too rich for this form, which it leaves as they are. */
  readonly keptClosures: readonly Closure[]
  readonly prep: string
  readonly clear: string
  readonly turn: string
  readonly charging: string
  readonly swap: string
  readonly approaches: string
  readonly departures: string
  /** What the form does not show and must not lose. */
  readonly source: string | null
  readonly demonstration: boolean
  readonly shape: Shape
}

export const siteKinds = ['vertiport', 'pad', 'locker', 'hospital', 'dock', 'mall', 'park', 'district'] as const

const text = (value: number | null | undefined) => (value == null ? '' : String(value))

export const emptySite = (): SiteDraft => ({
  version: null,
  site_id: '',
  name: '',
  name_zh: '',
  kind: 'pad',
  pads: '1',
  elevation: '',
  operator_id: '',
  open: true,
  hours: 'always',
  days: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'],
  dayFrom: '08:00',
  dayTo: '20:00',
  keptHours: [],
  closures: [],
  weeklyClosures: [],
  keptClosures: [],
  prep: '',
  clear: '',
  turn: '',
  charging: '',
  swap: '',
  approaches: '',
  departures: '',
  source: null,
  demonstration: false,
  shape: { kind: 'circle', points: [], radius_m: 30 },
})

const isWeekly = (item: Period) => item.starts_at == null && item.ends_at == null && item.weekly?.length === 1
const isPlainWeekly = (hours: readonly Period[]) => hours.length === 1 && isWeekly(hours[0]!)
/** Midnight at the end of a day is written 24:00, and typed 00:00. */
const typedEnd = (to: string | undefined) => (to === undefined || to === '24:00' ? '00:00' : to.slice(0, 5))
const writtenEnd = (to: string) => (to === '00:00' ? '24:00' : to)
const isDated = (closure: Closure) => closure.starts_at != null && closure.ends_at != null && (closure.weekly ?? []).length === 0

export function siteDraftOf({ geometry, properties, version }: NetworkSite): SiteDraft {
  const empty = emptySite()
  const hours = (properties.opening_hours ?? []).filter((item) => item.starts_at != null || item.ends_at != null || (item.weekly ?? []).length > 0)
  const weekly = isPlainWeekly(hours) ? hours[0]!.weekly![0]! : null
  const closures = properties.closures ?? []
  return {
    ...empty,
    version,
    site_id: properties.site_id,
    name: properties.name,
    name_zh: properties.name_zh ?? '',
    kind: properties.kind ?? 'pad',
    pads: text(properties.pads ?? 1),
    elevation: text(properties.elevation_amsl_m),
    operator_id: properties.operator_id ?? '',
    open: properties.open ?? true,
    hours: hours.length === 0 ? 'always' : weekly === null ? 'kept' : 'weekly',
    keptHours: hours,
    ...(weekly === null ? {} : { days: weekly.days ?? empty.days, dayFrom: (weekly.from ?? '00:00').slice(0, 5), dayTo: typedEnd(weekly.to) }),
    closures: closures.filter(isDated).map((item) => ({ from: instantField(Date.parse(item.starts_at!)), to: instantField(Date.parse(item.ends_at!)), reason: item.reason ?? '' })),
    weeklyClosures: closures.filter(isWeekly).map((item) => ({ days: item.weekly![0]!.days ?? empty.days, from: (item.weekly![0]!.from ?? '00:00').slice(0, 5), to: typedEnd(item.weekly![0]!.to), reason: item.reason ?? '' })),
    keptClosures: closures.filter((item) => !isDated(item) && !isWeekly(item)),
    prep: text(properties.slot?.prep_s),
    clear: text(properties.slot?.clear_s),
    turn: text(properties.slot?.turn_around_s),
    charging: text(properties.charging_w),
    swap: text(properties.battery_swap_s),
    approaches: writeSectors(properties.approach_deg ?? []),
    departures: writeSectors(properties.departure_deg ?? []),
    source: properties.source ?? null,
    demonstration: properties.demonstration ?? false,
    shape: { kind: 'circle', points: [[geometry.coordinates[0]!, geometry.coordinates[1]!]], radius_m: properties.radius_m ?? 30 },
  }
}

type Sector = readonly [number, number]

export const writeSectors = (sectors: readonly Sector[]): string => sectors.map(([from, to]) => `${from}-${to}`).join(', ')

/** Sectors as people write them (`350-20, 90-120`); null where the text is none. */
export function parseSectors(written: string): readonly Sector[] | null {
  const found: Sector[] = []
  for (const item of written.split(/[,;，；]/)) {
    if (item.trim() === '') continue
    const match = /^\s*(\d{1,3}(?:\.\d+)?)\s*[-–~]\s*(\d{1,3}(?:\.\d+)?)\s*$/.exec(item)
    if (match === null) return null
    const [from, to] = [Number(match[1]), Number(match[2])]
    if (from > 360 || to > 360 || from === to) return null
    found.push([from, to])
  }
  return found
}

export type SiteFault = 'id' | 'name' | 'pads' | 'number' | 'hours' | 'closure' | 'sectors' | ShapeFault

const amount = (written: string): number | null => (written.trim() === '' ? null : Number(written))
const wrongAmount = (written: string) => written.trim() !== '' && !(Number(written) >= 0)
const ID = /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}$/

export function siteFaults(draft: SiteDraft): readonly SiteFault[] {
  const found: SiteFault[] = []
  if (!ID.test(draft.site_id)) found.push('id')
  if (draft.name.trim() === '') found.push('name')
  if (!/^\d{1,4}$/.test(draft.pads.trim()) || Number(draft.pads) < 1) found.push('pads')
  if ([draft.prep, draft.clear, draft.turn, draft.charging, draft.swap].some(wrongAmount)) found.push('number')
  if (draft.elevation.trim() !== '' && Number.isNaN(Number(draft.elevation))) found.push('number')
  if (draft.hours === 'weekly' && (draft.days.length === 0 || !isClock(draft.dayFrom) || !isClock(draft.dayTo))) found.push('hours')
  if (draft.closures.some(({ from, to }) => !((instantMs(from) ?? Infinity) < (instantMs(to) ?? -Infinity)))) found.push('closure')
  if (draft.weeklyClosures.some(({ days, from, to }) => days.length === 0 || !isClock(from) || !isClock(to))) found.push('closure')
  if (parseSectors(draft.approaches) === null || parseSectors(draft.departures) === null) found.push('sectors')
  const drawn = faultOf(draft.shape)
  if (drawn !== null) found.push(drawn)
  return [...new Set(found)]
}

/** What the service is sent; call it only without faults. */
export function siteFeature(draft: SiteDraft): GeoJSON.Feature {
  const [centre] = draft.shape.points
  const slot = { prep_s: amount(draft.prep), clear_s: amount(draft.clear), turn_around_s: amount(draft.turn) }
  const given = Object.fromEntries(Object.entries(slot).filter(([, value]) => value !== null))
  const hours = draft.hours === 'kept' ? draft.keptHours : draft.hours === 'weekly' ? [{ weekly: [{ days: draft.days, from: draft.dayFrom, to: writtenEnd(draft.dayTo) }] }] : null
  const dated = draft.closures.map(({ from, to, reason }) => ({
    starts_at: new Date(instantMs(from)!).toISOString(),
    ends_at: new Date(instantMs(to)!).toISOString(),
    ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
  }))
  const weekly = draft.weeklyClosures.map(({ days, from, to, reason }) => ({ weekly: [{ days, from, to: writtenEnd(to) }], ...(reason.trim() === '' ? {} : { reason: reason.trim() }) }))
  const closures = [...draft.keptClosures, ...weekly, ...dated]
  const approach_deg = parseSectors(draft.approaches) ?? []
  const departure_deg = parseSectors(draft.departures) ?? []
  const elevation_amsl_m = amount(draft.elevation)
  return {
    type: 'Feature',
    geometry: { type: 'Point', coordinates: centre === undefined ? [] : [Number(centre[0].toFixed(7)), Number(centre[1].toFixed(7))] },
    properties: {
      site_id: draft.site_id,
      name: draft.name.trim(),
      ...(draft.name_zh.trim() === '' ? {} : { name_zh: draft.name_zh.trim() }),
      kind: draft.kind,
      pads: Number(draft.pads),
      ...(elevation_amsl_m === null ? {} : { elevation_amsl_m }),
      radius_m: draft.shape.kind === 'circle' ? draft.shape.radius_m : 30,
      ...(draft.operator_id === '' ? {} : { operator_id: draft.operator_id }),
      open: draft.open,
      ...(draft.source === null ? {} : { source: draft.source }),
      demonstration: draft.demonstration,
      ...(hours === null ? {} : { opening_hours: hours }),
      ...(closures.length === 0 ? {} : { closures }),
      ...(Object.keys(given).length === 0 ? {} : { slot: given }),
      ...(amount(draft.charging) === null ? {} : { charging_w: amount(draft.charging) }),
      ...(amount(draft.swap) === null ? {} : { battery_swap_s: amount(draft.swap) }),
      ...(approach_deg.length === 0 ? {} : { approach_deg }),
      ...(departure_deg.length === 0 ? {} : { departure_deg }),
    },
  }
}
