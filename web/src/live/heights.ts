/**
 * Heights in the datum a reader chose. The live frames carry heights above the WGS-84 ellipsoid alone; what the geoid lies
 * above it is asked of the service at a few places of the city and taken in between. Heights above ground need the terrain
 * under each drone and are told by the service, drone by drone.
 */

import { mercatorX, mercatorY } from './mercator'

export const mapDatums = ['AMSL', 'HAE'] as const
export type MapDatum = (typeof mapDatums)[number]

/** The geoid above the ellipsoid at the crossings of meridians (columns, from the west) and parallels (rows, from the north). */
export interface GeoidGrid {
  readonly lons_deg: readonly number[]
  readonly lats_deg: readonly number[]
  /** Metres, row by row. */
  readonly undulations_m: readonly number[]
}

/** Where the service is asked: the corners of a box west, south, east, north, the middles of its sides, and its middle. */
export function askedAt([west, south, east, north]: readonly [number, number, number, number]): Pick<GeoidGrid, 'lons_deg' | 'lats_deg'> {
  return { lons_deg: [west, (west + east) / 2, east], lats_deg: [north, (south + north) / 2, south] }
}

const between = (values: readonly number[], value: number): { readonly at: number; readonly part: number } => {
  let at = 0
  while (at < values.length - 2 && value > values[at + 1]!) at++
  const part = (value - values[at]!) / (values[at + 1]! - values[at]!)
  // Beyond the box the value at its edge holds.
  return { at, part: Math.min(1, Math.max(0, part)) }
}

/** Heights above the ellipsoid made into those of a datum; places relative to an origin in Mercator units, as frames have them. */
export class Heights {
  private readonly xs: readonly number[]
  private readonly ys: readonly number[]

  constructor(
    readonly grid: GeoidGrid,
    origin: { readonly lat_deg: number; readonly lon_deg: number },
  ) {
    this.xs = grid.lons_deg.map((lon) => mercatorX(lon) - mercatorX(origin.lon_deg))
    this.ys = grid.lats_deg.map((lat) => mercatorY(lat) - mercatorY(origin.lat_deg))
  }

  /** Metres the geoid lies above the ellipsoid at a place. */
  undulationM(x: number, y: number): number {
    const [column, row] = [between(this.xs, x), between(this.ys, y)]
    const value = (down: number, right: number) => this.grid.undulations_m[(row.at + down) * this.xs.length + column.at + right]!
    const upper = value(0, 0) * (1 - column.part) + value(0, 1) * column.part
    const lower = value(1, 0) * (1 - column.part) + value(1, 1) * column.part
    return upper * (1 - row.part) + lower * row.part
  }
}
