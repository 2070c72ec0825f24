/** Ground stops: nothing is activated whose route crosses the area, until a time or until lifted. */

import { request } from './client'

export interface GroundStop {
  readonly ground_stop_id: string
  readonly geometry: GeoJSON.Geometry
  readonly radius_m: number | null
  readonly until: string
  readonly reason: string
}

export interface NewGroundStop {
  readonly geometry: GeoJSON.Polygon | GeoJSON.Point
  readonly radius_m?: number
  readonly until: string
  readonly reason: string
}

export const getGroundStops = () => request<{ readonly items: readonly GroundStop[] }>('GET', '/v1/ground-stops')
export const declareGroundStop = (stop: NewGroundStop) => request<GroundStop>('POST', '/v1/ground-stops', stop)
export const liftGroundStop = (id: string) => request<null>('DELETE', `/v1/ground-stops/${encodeURIComponent(id)}`)
