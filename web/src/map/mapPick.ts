/** What lies under the pointer: the nearest drone where it is drawn now, else a site, else the smallest zone. */

import type { Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl'
import type { Zone } from '../api/types'
import { city } from '../city/shenzhen'
import { epochMs } from '../live/clock'
import type { LiveFeed } from '../live/liveFeed'
import { mercatorX, mercatorY } from '../live/mercator'
import { reckonedSeconds } from '../live/reckoning'
import { AT_AGE_S, AT_ROW, AT_VX, AT_VY, AT_X, AT_Y, PACKED_WORDS } from '../live/trackStore'
import type { Picked } from './mapTypes'
import { contains, extentOf } from './geometry'

const PICK_PX = 14

/** The drone within reach of a point, dead reckoning included. */
export function nearestDrone(map: MapLibreMap, feed: LiveFeed, x_px: number, y_px: number): { row: number; slot: number } | null {
  const { data, shown, packed_at_ms } = feed.frame
  const at = map.unproject([x_px, y_px])
  const px = mercatorX(at.lng) - mercatorX(city.origin.lon_deg)
  const py = mercatorY(at.lat) - mercatorY(city.origin.lat_deg)
  const elapsed_s = (epochMs() - packed_at_ms) / 1000
  let best = (PICK_PX / (512 * 2 ** map.getZoom())) ** 2
  let found: { row: number; slot: number } | null = null
  for (let i = 0; i < shown; i++) {
    const from = i * PACKED_WORDS
    const ahead_s = reckonedSeconds(data[from + AT_AGE_S]! + elapsed_s)
    const dx = data[from + AT_X]! + data[from + AT_VX]! * ahead_s - px
    const dy = data[from + AT_Y]! + data[from + AT_VY]! * ahead_s - py
    const distance = dx * dx + dy * dy
    if (distance <= best) {
      best = distance
      found = { row: data[from + AT_ROW]!, slot: i }
    }
  }
  return found
}

export function groundAt(map: MapLibreMap, event: MapMouseEvent, zones: readonly Zone[], hidden: ReadonlySet<string>): Picked | null {
  const { x, y } = event.point
  if (!hidden.has('sites')) {
    const site = map.queryRenderedFeatures([[x - 6, y - 6], [x + 6, y + 6]], { layers: ['site'] })[0]
    const id = site?.properties['site_id']
    if (typeof id === 'string') return { kind: 'site', site_id: id }
  }
  if (!hidden.has('zones')) {
    const here = zones
      .filter((zone) => contains(zone.geometry, event.lngLat.lng, event.lngLat.lat))
      .sort((a, b) => extentOf(a.geometry) - extentOf(b.geometry))[0]
    if (here !== undefined) return { kind: 'zone', zone_id: here.properties.zone_id ?? here.properties.name }
  }
  return null
}

/** West, south, east, north of what is in view. */
export function boundsOf(map: MapLibreMap): [number, number, number, number] {
  const { clientWidth, clientHeight } = map.getCanvas()
  const [nw, se] = [map.unproject([0, 0]), map.unproject([clientWidth, clientHeight])]
  return [nw.lng, se.lat, se.lng, nw.lat]
}
