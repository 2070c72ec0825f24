/** GeoJSON of the published airspace, as the map's sources take it. */

import type { Corridor, Site, Zone } from '../api/types'
import { labelPoint } from './geometry'

const zonesOrder: Record<string, number> = { PROHIBITED: 0, REQ_AUTHORISATION: 1, CONDITIONAL: 2, NO_RESTRICTION: 3 }

interface Airspace {
  readonly zones: readonly Zone[]
  readonly active: ReadonlySet<string> | null
  readonly corridors: readonly Corridor[]
  readonly sites: readonly Site[]
}

/** One collection for each source of the style. */
export function airspaceCollections({ zones, active, corridors, sites }: Airspace): Record<string, GeoJSON.FeatureCollection> {
  const isActive = (zone: Zone) => active === null || active.has(zone.properties.zone_id ?? '')
  const described = (zone: Zone) => ({
    zone_id: zone.properties.zone_id ?? zone.properties.name,
    name: zone.properties.name,
    name_zh: zone.properties.name_zh ?? zone.properties.name,
    restriction: zone.properties.restriction,
    order: zonesOrder[zone.properties.restriction] ?? 4,
    active: isActive(zone),
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
    sites: as(sites),
  }
}
