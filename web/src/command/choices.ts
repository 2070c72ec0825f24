/** What is chosen before an order can be asked about: the site to land at, the way to take, how often to report. */

import type { CommandBody } from '../api/commands'
import type { SiteState } from '../api/fleetState'
import type { Site } from '../api/types'
import { distanceM } from '../live/mercator'
import type { Focus, Point } from '../map/focusDrawing'

/** Orders that need a choice first. */
export const choiceTypes = ['land_at_site', 'reroute', 'set_message_rates'] as const
export type ChoiceType = (typeof choiceTypes)[number]

export const needsChoice = (type: string): type is ChoiceType => (choiceTypes as readonly string[]).includes(type)

export interface Place {
  readonly lat_deg: number
  readonly lon_deg: number
}

/** A site to land at: what is free there now, and how far it is where that is known. */
export interface LandingSite {
  readonly site_id: string
  readonly name: string
  readonly name_zh: string | null
  readonly pads: number
  readonly pads_free: number
  readonly next_free_at: string | null
  readonly away_m: number | null
  readonly place: Place
}

const SITES_SHOWN = 8

/** Open sites, those with a pad free first, the nearest of each first; what is not on the map cannot be flown to. */
export function landingSites(states: readonly SiteState[], sites: readonly Site[], from: Place | null): LandingSite[] {
  const places = new Map(sites.map(({ geometry, properties }) => [properties.site_id, geometry.coordinates]))
  const found = states.flatMap((state): LandingSite[] => {
    const at = places.get(state.site_id)
    if (!state.open || at?.[0] === undefined || at[1] === undefined) return []
    const place = { lat_deg: at[1], lon_deg: at[0] }
    return [
      {
        site_id: state.site_id,
        name: state.name,
        name_zh: state.name_zh ?? null,
        pads: state.pads,
        pads_free: state.pads_free,
        next_free_at: state.next_free_at,
        away_m: from === null ? null : distanceM(from.lat_deg, from.lon_deg, place.lat_deg, place.lon_deg),
        place,
      },
    ]
  })
  const full = (site: LandingSite): number => (site.pads_free > 0 ? 0 : 1)
  return found.sort((a, b) => full(a) - full(b) || (a.away_m ?? 0) - (b.away_m ?? 0) || a.name.localeCompare(b.name)).slice(0, SITES_SHOWN)
}

/** A way a flight could take instead, as the service offers it. */
export interface Way {
  readonly kind: string
  readonly site_id: string | null
  readonly detail: string
  readonly detail_zh: string
  readonly arrives_at: string
  readonly length_m: number
  readonly plan: { readonly route: { readonly waypoints?: readonly Place[] } } & Readonly<Record<string, unknown>>
}

const lineOf = (plan: Way['plan']): Point[] => (plan.route.waypoints ?? []).map(({ lon_deg, lat_deg }): Point => [lon_deg, lat_deg])

/** Every way offered, the one looked at in full and the others quieter; null when there is none. */
export function waysFocus(ways: readonly Way[], looked_at: Way | null): Focus | null {
  const lines = ways.map((way) => ({ kind: 'offer' as const, points: lineOf(way.plan), quiet: looked_at !== null && way !== looked_at })).filter(({ points }) => points.length > 1)
  if (lines.length === 0) return null
  // What is drawn last lies on top.
  return { lines: lines.sort((a, b) => Number(b.quiet) - Number(a.quiet)), place: null, zone_id: null, site_id: looked_at?.site_id ?? null }
}

/** The way of an order's own new plan, with what it reserves. */
export function withWay(focus: Focus | null, body: CommandBody): Focus | null {
  const plan = body.plan as Way['plan'] | undefined
  const points = plan === undefined ? [] : lineOf(plan)
  if (points.length < 2) return focus
  return { place: null, zone_id: null, site_id: null, ...focus, lines: [...(focus?.lines ?? []), { kind: 'offer', points }] }
}

/** How often positions may be asked for, in Hz. */
export const positionRates = [0.5, 1, 2, 4, 10] as const

export const ratesBody = (hz: number): CommandBody => ({ type: 'set_message_rates', rates: { GLOBAL_POSITION_INT: hz } })
