/** GeoJSON of the selected plan: path flown and to come, waypoints, volumes, and where it should be now. */

import type { PlanState } from '../api/types'
import { translator } from '../i18n/translate'
import { plannedAt, type PlannedFlight } from '../plan/schedule'
import { emptyCollection } from './style'

type Collection = GeoJSON.FeatureCollection
type Point = [number, number]

const feature = (geometry: GeoJSON.Geometry, properties: GeoJSON.GeoJsonProperties): GeoJSON.Feature => ({
  type: 'Feature',
  geometry,
  properties,
})

const planned = { zh: translator('zh-CN')('planned_now'), en: translator('en')('planned_now') }

/** Plans that somebody flies, will fly or has flown: only these should be somewhere now. */
const flown: readonly PlanState[] = ['approved', 'activated', 'nonconforming', 'contingent', 'ended']

const planNow = (flight: PlannedFlight, now_ms: number) => (flown.includes(flight.plan.state) ? plannedAt(flight, now_ms) : null)

/** The plan's path, split at where it should be now. */
export function planCollection(flight: PlannedFlight | null, now_ms: number): Collection {
  if (flight === null) return emptyCollection
  const features: GeoJSON.Feature[] = []
  const { schedule } = flight
  if (schedule !== null) {
    const points = schedule.waypoints.map((waypoint): Point => [waypoint.lon_deg, waypoint.lat_deg])
    const now = planNow(flight, now_ms)
    const split: Point | null = now === null || now.phase === 'before' ? null : [now.lon_deg, now.lat_deg]
    const leg = now?.leg ?? 0
    const done = split === null ? [] : now?.phase === 'after' ? points : [...points.slice(0, leg + 1), split]
    const ahead = split === null ? points : now?.phase === 'after' ? [] : [split, ...points.slice(leg + 1)]
    if (done.length > 1) features.push(feature({ type: 'LineString', coordinates: done }, { part: 'path', done: true }))
    if (ahead.length > 1) features.push(feature({ type: 'LineString', coordinates: ahead }, { part: 'path', done: false }))
    points.forEach((point, i) => {
      const end = i === 0 || i === points.length - 1
      features.push(feature({ type: 'Point', coordinates: point }, { part: 'waypoint', end }))
    })
  } else if (flight.plan.route?.type !== 'trajectory') {
    for (const volume of flight.plan.volumes ?? []) {
      const vertices = volume.volume.outline_polygon?.vertices ?? []
      if (vertices.length < 3) continue
      const ring = [...vertices, vertices[0]!].map((vertex): Point => [vertex.lng, vertex.lat])
      features.push(feature({ type: 'LineString', coordinates: ring }, { part: 'volume' }))
    }
  }
  return { type: 'FeatureCollection', features }
}

/** The mark of where the plan should be now; nothing outside its times. */
export function planNowCollection(flight: PlannedFlight | null, now_ms: number): Collection {
  const now = flight === null ? null : planNow(flight, now_ms)
  if (now === null || now.phase !== 'under_way') return emptyCollection
  return {
    type: 'FeatureCollection',
    features: [feature({ type: 'Point', coordinates: [now.lon_deg, now.lat_deg] }, planned)],
  }
}

/** The path the selected drone was seen to fly. */
export function trailCollection(points: readonly Point[]): Collection {
  if (points.length < 2) return emptyCollection
  return { type: 'FeatureCollection', features: [feature({ type: 'LineString', coordinates: [...points] }, {})] }
}
