/** GeoJSON of the published airspace, as the map's sources take it. */

import type { GroundStop } from '../api/groundStops'
import type { Corridor, Site, Zone } from '../api/types'
import { translator } from '../i18n/translate'
import { labelPoint } from './geometry'
import { stopCovers } from './stopDrawing'
import { zoneTimesOnMap } from './zoneTimes'

const zonesOrder: Record<string, number> = { PROHIBITED: 0, REQ_AUTHORISATION: 1, CONDITIONAL: 2, NO_RESTRICTION: 3 }

interface Airspace {
  readonly zones: readonly Zone[]
  readonly active: ReadonlySet<string> | null
  readonly corridors: readonly Corridor[]
  readonly sites: readonly Site[]
  /** Free pads by site, where they are known. */
  readonly pads: ReadonlyMap<string, Pads>
  /** Ground stops that hold now. */
  readonly stops?: readonly GroundStop[]
}

export interface Pads {
  readonly open: boolean
  readonly pads: number
  readonly pads_free: number
}

const said = { zh: translator('zh-CN'), en: translator('en') }

/** What stands under a site's name, a ground stop first; nothing where nothing is known. */
export function padWords(lang: 'zh' | 'en', pads: Pads | undefined, stopped = false): string {
  const free = pads === undefined ? '' : pads.open ? said[lang]('map_pads_free', { free: String(pads.pads_free), pads: String(pads.pads) }) : said[lang]('map_site_closed')
  return [stopped ? said[lang]('map_site_stopped') : '', free].filter((part) => part !== '').join('\n')
}

/** One collection for each source of the style. */
export function airspaceCollections({ zones, active, corridors, sites, pads, stops = [] }: Airspace): Record<string, GeoJSON.FeatureCollection> {
  const isActive = (zone: Zone) => active === null || active.has(zone.properties.zone_id ?? '')
  const described = (zone: Zone) => ({
    zone_id: zone.properties.zone_id ?? zone.properties.name,
    name: zone.properties.name,
    name_zh: zone.properties.name_zh ?? zone.properties.name,
    restriction: zone.properties.restriction,
    order: zonesOrder[zone.properties.restriction] ?? 4,
    active: isActive(zone),
    times_zh: zoneTimesOnMap(said.zh, zone.properties.applicability),
    times_en: zoneTimesOnMap(said.en, zone.properties.applicability),
  })
  const areas = zones.map((zone): GeoJSON.Feature => ({ type: 'Feature', geometry: zone.geometry, properties: described(zone) }))
  const points = zones.map(
    (zone): GeoJSON.Feature => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: labelPoint(zone.geometry) },
      properties: described(zone),
    }),
  )
  const as = (items: readonly { type: 'Feature'; geometry: GeoJSON.Geometry; properties: object }[]): GeoJSON.FeatureCollection => ({
    type: 'FeatureCollection',
    features: items.map((item) => ({ type: 'Feature', geometry: item.geometry, properties: { ...item.properties } })),
  })
  return {
    zones: { type: 'FeatureCollection', features: areas },
    'zone-points': { type: 'FeatureCollection', features: points },
    corridors: as(corridors),
    sites: as(
      sites.map((site) => {
        const known = pads.get(site.properties.site_id ?? '')
        const state = known === undefined ? 'unknown' : !known.open ? 'closed' : known.pads_free === 0 ? 'full' : 'free'
        const [lon_deg, lat_deg] = site.geometry.coordinates
        const stopped = stops.some((stop) => stopCovers(stop, lon_deg!, lat_deg!))
        return { ...site, properties: { ...site.properties, stopped, pad_state: state, pads_zh: padWords('zh', known, stopped), pads_en: padWords('en', known, stopped) } }
      }),
    ),
  }
}
