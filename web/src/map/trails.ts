/**
 * Where every drone was of late: the last minute and a half, as it was seen, a point each two seconds.
 *
 * Kept in typed arrays by the feed's rows, so that ten thousand drones cost four megabytes and no garbage. A trail ends where
 * a drone was silent, jumped, or a row went to another track: nothing is drawn that was not seen.
 */

import { lonFromMercator, latFromMercator } from '../live/mercator'
import { isStale } from '../live/reckoning'
import { AT_AGE_S, AT_ROW, AT_X, AT_Y, PACKED_WORDS } from '../live/trackStore'

export const TRAIL_POINTS = 45
const STEP_MS = 2_000
/** A drone that was silent for longer leaves a gap. */
const SILENCE_MS = 12_000
/** 3 m and 400 m in Web Mercator, whose unit is a whole circle of latitude: 37,000 km in this city. */
const STILL = 3 / 37_000_000
const JUMP = 400 / 37_000_000
/** Trails drawn at once: more would hide the map under them. */
export const TRAILS_SHOWN = 400

interface Seen {
  readonly data: Float32Array
  readonly count: number
  readonly shown: number
}

export class Trails {
  private xy = new Float32Array(0)
  private length = new Uint8Array(0)
  /** Index of the oldest point of a row. */
  private head = new Uint8Array(0)
  private heard_ms = new Float64Array(0)
  private readonly owner: (string | null)[] = []
  private noted_ms = Number.NEGATIVE_INFINITY

  constructor(private readonly origin: { readonly x: number; readonly y: number }) {}

  /** Take a frame at an instant of the feed's clock; sooner than two seconds after the last one it is left out. */
  note(frame: Seen, now_ms: number, trackOf: (row: number) => string | null): boolean {
    if (now_ms < this.noted_ms) this.clear()
    if (now_ms - this.noted_ms < STEP_MS) return false
    this.noted_ms = now_ms
    for (let i = 0; i < frame.count; i++) {
      const at = i * PACKED_WORDS
      if (isStale(frame.data[at + AT_AGE_S]!)) continue
      const row = frame.data[at + AT_ROW]!
      if (row >= this.length.length) this.grow(row + 1)
      const track = trackOf(row)
      if (this.owner[row] !== track || now_ms - this.heard_ms[row]! > SILENCE_MS) this.length[row] = 0
      this.owner[row] = track
      this.heard_ms[row] = now_ms
      this.append(row, frame.data[at + AT_X]!, frame.data[at + AT_Y]!)
    }
    return true
  }

  private append(row: number, x: number, y: number): void {
    const base = row * TRAIL_POINTS * 2
    const n = this.length[row]!
    if (n > 0) {
      const last = base + ((this.head[row]! + n - 1) % TRAIL_POINTS) * 2
      const moved = Math.hypot(x - this.xy[last]!, y - this.xy[last + 1]!)
      if (moved < STILL) return
      if (moved > JUMP) this.length[row] = 0
    }
    const length = this.length[row]!
    const to = base + ((this.head[row]! + length) % TRAIL_POINTS) * 2
    this.xy[to] = x
    this.xy[to + 1] = y
    if (length < TRAIL_POINTS) this.length[row] = length + 1
    else this.head[row] = (this.head[row]! + 1) % TRAIL_POINTS
  }

  private grow(rows: number): void {
    const size = Math.max(256, rows * 2)
    const kept = <T extends Float32Array | Uint8Array | Float64Array>(to: T, from: T): T => {
      to.set(from)
      return to
    }
    this.xy = kept(new Float32Array(size * TRAIL_POINTS * 2), this.xy)
    this.length = kept(new Uint8Array(size), this.length)
    this.head = kept(new Uint8Array(size), this.head)
    this.heard_ms = kept(new Float64Array(size), this.heard_ms)
  }

  /** Forget all of it, such as when the clock was set back. */
  clear(): void {
    this.length.fill(0)
    this.noted_ms = Number.NEGATIVE_INFINITY
  }

  /** The trail of a row, oldest point first, longitude and latitude in degrees. */
  ofRow(row: number): [number, number][] {
    const points: [number, number][] = []
    for (let k = 0; k < (this.length[row] ?? 0); k++) {
      const at = (row * TRAIL_POINTS + ((this.head[row]! + k) % TRAIL_POINTS)) * 2
      points.push([lonFromMercator(this.origin.x + this.xy[at]!), latFromMercator(this.origin.y + this.xy[at + 1]!)])
    }
    return points
  }

  /** Trails of the drones shown inside a box (west, south, east, north in degrees), no more than `TRAILS_SHOWN`. */
  collection({ data, shown }: Seen, [west, south, east, north]: readonly [number, number, number, number]): GeoJSON.FeatureCollection {
    const features: GeoJSON.Feature[] = []
    for (let i = 0; i < shown && features.length < TRAILS_SHOWN; i++) {
      const at = i * PACKED_WORDS
      const row = data[at + AT_ROW]!
      if ((this.length[row] ?? 0) < 2) continue
      const lon = lonFromMercator(this.origin.x + data[at + AT_X]!)
      const lat = latFromMercator(this.origin.y + data[at + AT_Y]!)
      if (lon < west || lon > east || lat < south || lat > north) continue
      features.push({ type: 'Feature', geometry: { type: 'LineString', coordinates: this.ofRow(row) }, properties: {} })
    }
    return { type: 'FeatureCollection', features }
  }
}
