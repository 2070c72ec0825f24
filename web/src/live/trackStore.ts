/**
 * The newest state of every drone in typed-array columns, one row per vehicle.
 *
 * Lives in the feed worker. The main thread gets packed copies (`pack`), ready for the GPU.
 */

import { AGE_SATURATED, HEADING_UNKNOWN, stateNames, VALUE_UNKNOWN, type TrackFrame } from './decode'
import { mercatorPerMetre, mercatorX, mercatorY } from './mercator'
import { isStale } from './reckoning'

/** 32-bit words of one packed drone; see the offsets below. */
export const PACKED_WORDS = 11
export const PACKED_BYTES = PACKED_WORDS * 4
/** Float offsets in a packed drone: Mercator position from the origin, Mercator velocity per second, age at packing. */
export const AT_X = 0
export const AT_Y = 1
export const AT_VX = 2
export const AT_VY = 3
export const AT_AGE_S = 4
/** Heading in radians clockwise from north, or NO_HEADING. */
export const AT_HEADING = 5
export const AT_STATE = 6
/** Row number, exact as a float up to 16,777,216. */
export const AT_ROW = 7
/** Height above the ellipsoid in metres, climb rate and ground speed in m/s, each UNKNOWN where it is not known. */
export const AT_ALT_HAE_M = 8
export const AT_VEL_UP_MPS = 9
export const AT_SPEED_MPS = 10
export const NO_HEADING = -10
export const UNKNOWN = -100_000

const MAX_ROWS = 1 << 20
const EMPTY_MS = Number.NEGATIVE_INFINITY

export interface Origin {
  readonly lon_deg: number
  readonly lat_deg: number
}

export interface Summary {
  /** Drones per state, in the order of `stateNames`. */
  readonly by_state: number[]
  readonly total: number
  readonly stale: number
  /** Rows that need a look, worst first: contingent, nonconforming, lost, unplanned, unknown, then old positions. */
  readonly attention: { row: number; state: number; age_s: number }[]
  /** How many need a look in all; `attention` holds the first of them. */
  readonly attention_total: number
}

const attentionRank = [9, 1, 0, 2, 3, 4]
const STALE_RANK = 5
/** From this age on a drone that conforms needs a look. */
const SILENT_S = 10
const ATTENTION_LIMIT = 50

export class TrackStore {
  private capacity = 0
  private top = 0
  private present = new Uint8Array(0)
  private lat_1e7 = new Int32Array(0)
  private lon_1e7 = new Int32Array(0)
  private alt_dm = new Int16Array(0)
  private east_cmps = new Int16Array(0)
  private north_cmps = new Int16Array(0)
  private up_cmps = new Int16Array(0)
  private heading_cdeg = new Uint16Array(0)
  private state = new Uint8Array(0)
  private observed_ms = new Float64Array(0)
  private snapshotSeq = -1
  private readonly originX: number
  private readonly originY: number
  live = 0
  ignoredRows = 0

  constructor(origin: Origin) {
    this.originX = mercatorX(origin.lon_deg)
    this.originY = mercatorY(origin.lat_deg)
    this.grow(256)
  }

  private grow(rows: number): void {
    let capacity = Math.max(this.capacity, 256)
    while (capacity < rows) capacity *= 2
    if (capacity === this.capacity) return
    const wider = <T extends { set(from: T): void }>(make: new (n: number) => T, old: T): T => {
      const column = new make(capacity)
      column.set(old)
      return column
    }
    this.present = wider(Uint8Array, this.present)
    this.lat_1e7 = wider(Int32Array, this.lat_1e7)
    this.lon_1e7 = wider(Int32Array, this.lon_1e7)
    this.alt_dm = wider(Int16Array, this.alt_dm)
    this.east_cmps = wider(Int16Array, this.east_cmps)
    this.north_cmps = wider(Int16Array, this.north_cmps)
    this.up_cmps = wider(Int16Array, this.up_cmps)
    this.heading_cdeg = wider(Uint16Array, this.heading_cdeg)
    this.state = wider(Uint8Array, this.state)
    const observed = new Float64Array(capacity).fill(EMPTY_MS)
    observed.set(this.observed_ms)
    this.observed_ms = observed
    this.capacity = capacity
  }

  /** Take a frame in. A snapshot, which may come in several frames of one `seq`, replaces all that was there. */
  apply(frame: TrackFrame): void {
    if (frame.kind === 'snapshot') {
      if (frame.seq !== this.snapshotSeq) this.clear()
      this.snapshotSeq = frame.seq
    } else {
      this.snapshotSeq = -1
    }
    for (let i = 0; i < frame.count; i++) {
      const row = frame.row[i]!
      if (row >= MAX_ROWS) {
        this.ignoredRows++
        continue
      }
      if (row >= this.capacity) this.grow(row + 1)
      if (row >= this.top) this.top = row + 1
      if (this.present[row] === 0) {
        this.present[row] = 1
        this.observed_ms[row] = EMPTY_MS
        this.live++
      }
      this.lat_1e7[row] = frame.lat_1e7[i]!
      this.lon_1e7[row] = frame.lon_1e7[i]!
      this.alt_dm[row] = frame.alt_hae_dm[i]!
      this.east_cmps[row] = frame.vel_east_cmps[i]!
      this.north_cmps[row] = frame.vel_north_cmps[i]!
      this.up_cmps[row] = frame.vel_up_cmps[i]!
      this.heading_cdeg[row] = frame.heading_cdeg[i]!
      this.state[row] = frame.state[i]!
      const age_ds = frame.age_ds[i]!
      const observed_ms = frame.tick_ms - age_ds * 100
      const known_ms = this.observed_ms[row]!
      // 255 only says "25.5 s or more": what we saw before knows better how much more.
      const keep = age_ds === AGE_SATURATED && known_ms !== EMPTY_MS && known_ms < observed_ms
      if (!keep) this.observed_ms[row] = observed_ms
    }
  }

  remove(rows: Iterable<number>): void {
    for (const row of rows) {
      if (row < this.capacity && this.present[row] === 1) {
        this.present[row] = 0
        this.observed_ms[row] = EMPTY_MS
        this.live--
      }
    }
  }

  clear(): void {
    this.present.fill(0)
    this.observed_ms.fill(EMPTY_MS)
    this.live = 0
    this.top = 0
  }

  /** Write every drone into `out` (at least `live * PACKED_WORDS` floats); ages are as of `now_ms` on the server's clock. */
  pack(out: Float32Array, now_ms: number): number {
    let at = 0
    for (let row = 0; row < this.top; row++) {
      if (this.present[row] === 0) continue
      const lat_deg = this.lat_1e7[row]! / 1e7
      const perMetre = mercatorPerMetre(lat_deg)
      const heading = this.heading_cdeg[row]!
      const alt_dm = this.alt_dm[row]!
      const up_cmps = this.up_cmps[row]!
      const moves = this.east_cmps[row] !== VALUE_UNKNOWN && this.north_cmps[row] !== VALUE_UNKNOWN
      // A drone of unknown velocity is not moved on: it stands where it was seen.
      const east_mps = moves ? this.east_cmps[row]! / 100 : 0
      const north_mps = moves ? this.north_cmps[row]! / 100 : 0
      out[at + AT_X] = mercatorX(this.lon_1e7[row]! / 1e7) - this.originX
      out[at + AT_Y] = mercatorY(lat_deg) - this.originY
      out[at + AT_VX] = east_mps * perMetre
      out[at + AT_VY] = -north_mps * perMetre
      out[at + AT_AGE_S] = (now_ms - this.observed_ms[row]!) / 1000
      out[at + AT_HEADING] = heading === HEADING_UNKNOWN ? NO_HEADING : (heading / 100) * (Math.PI / 180)
      out[at + AT_STATE] = this.state[row]! < stateNames.length ? this.state[row]! : stateNames.length - 1
      out[at + AT_ROW] = row
      out[at + AT_ALT_HAE_M] = alt_dm === VALUE_UNKNOWN ? UNKNOWN : alt_dm / 10
      out[at + AT_VEL_UP_MPS] = up_cmps === VALUE_UNKNOWN ? UNKNOWN : up_cmps / 100
      out[at + AT_SPEED_MPS] = moves ? Math.hypot(east_mps, north_mps) : UNKNOWN
      at += PACKED_WORDS
    }
    return at / PACKED_WORDS
  }

  /** Count and rank. While the feed itself is down, old positions have one cause and are not listed one by one. */
  summary(now_ms: number, feedDown = false): Summary {
    const by_state = stateNames.map(() => 0)
    const attention: { row: number; state: number; age_s: number; rank: number }[] = []
    let stale = 0
    for (let row = 0; row < this.top; row++) {
      if (this.present[row] === 0) continue
      const state = Math.min(this.state[row]!, stateNames.length - 1)
      by_state[state]!++
      const age_s = (now_ms - this.observed_ms[row]!) / 1000
      if (isStale(age_s)) stale++
      const rank = state === 0 ? STALE_RANK : attentionRank[state]!
      // A conforming drone only counts once its silence is more than a slow report.
      if (state !== 0 || (age_s > SILENT_S && !feedDown)) attention.push({ row, state, age_s, rank })
    }
    attention.sort((a, b) => a.rank - b.rank || a.row - b.row)
    return {
      by_state,
      total: this.live,
      stale,
      attention_total: attention.length,
      attention: attention.slice(0, ATTENTION_LIMIT).map(({ row, state, age_s }) => ({ row, state, age_s })),
    }
  }
}
