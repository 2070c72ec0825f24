/** The page's end of the live feed: starts the worker, keeps the newest packed frame and who each row is. */

import { epochMs } from './clock'
import type { Heights, MapDatum } from './heights'
import type { FeedStats, FromWorker, IndexItem, LiveMessage, ToWorker } from './protocol'
import { mercatorX, mercatorY, latFromMercator, lonFromMercator } from './mercator'
import { reckonedSeconds } from './reckoning'
import { showFirst } from './trackFilter'
import {
  AT_AGE_S,
  AT_ALT_HAE_M,
  AT_HEADING,
  AT_ROW,
  AT_SPEED_MPS,
  AT_STATE,
  AT_VEL_UP_MPS,
  AT_VX,
  AT_VY,
  AT_X,
  AT_Y,
  NO_HEADING,
  PACKED_WORDS,
  UNKNOWN,
  type Origin,
} from './trackStore'

/** The newest packed drones: `count` records of `PACKED_WORDS` floats, ages as of `packed_at_ms` (our clock). */
export interface Frame {
  readonly data: Float32Array
  readonly count: number
  /** The first so many are shown on the map; the others do not pass the filter. */
  readonly shown: number
  readonly packed_at_ms: number
}

/** One drone, moved on to now. */
export interface Fix {
  readonly row: number
  readonly state: number
  readonly lat_deg: number
  readonly lon_deg: number
  readonly age_s: number
  readonly speed_mps: number | null
  readonly vel_up_mps: number | null
  readonly heading_deg: number | null
  readonly alt_hae_m: number | null
  /** In the datum chosen for the map. */
  readonly alt_m: number | null
}

/** What a filter is asked about. */
export interface FilteredSlot {
  readonly row: number
  readonly state: number
  /** In the datum chosen for the map. */
  readonly alt_m: number | null
}

type Listener<T> = (value: T) => void

class Signal<T> {
  private readonly listeners = new Set<Listener<T>>()
  on(listener: Listener<T>): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  send(value: T): void {
    for (const listener of this.listeners) listener(value)
  }
}

const EMPTY: Frame = { data: new Float32Array(0), count: 0, shown: 0, packed_at_ms: 0 }
const TOPICS = ['tracks', 'alerts', 'plans', 'zones', 'commands', 'orders', 'sectors']

export class LiveFeed {
  readonly onFrame = new Signal<Frame>()
  readonly onStats = new Signal<FeedStats>()
  readonly onMessage = new Signal<LiveMessage>()
  frame: Frame = EMPTY
  stats: FeedStats | null = null
  private readonly byRow = new Map<number, IndexItem>()
  private readonly rowOf = new Map<string, number>()
  private slots = new Int32Array(0)
  private passes: ((slot: FilteredSlot) => boolean) | null = null
  private heights: Heights | null = null
  protected worker: Worker | null = null
  private readonly origin: { x: number; y: number; lat_deg: number }

  constructor(
    protected readonly place: Origin,
    protected readonly bbox: readonly number[],
  ) {
    this.origin = { x: mercatorX(place.lon_deg), y: mercatorY(place.lat_deg), lat_deg: place.lat_deg }
  }

  start(): void {
    this.stop()
    const worker = new Worker(new URL('./feed.worker.ts', import.meta.url), { type: 'module', name: 'hexlane-feed' })
    this.worker = worker
    worker.onmessage = (event: MessageEvent<FromWorker>) => this.take(event.data)
    this.tell({ type: 'start', bbox: this.bbox, topics: TOPICS, origin: this.place })
  }

  stop(): void {
    this.worker?.terminate()
    this.worker = null
    this.forgetAll()
    this.stats = null
  }

  protected forgetAll(): void {
    this.byRow.clear()
    this.rowOf.clear()
    this.frame = EMPTY
  }

  /** Try to connect now instead of waiting for the next attempt. */
  retry(): void {
    this.tell({ type: 'retry' })
  }

  protected tell(message: ToWorker, transfer: Transferable[] = []): void {
    this.worker?.postMessage(message, transfer)
  }

  protected take(message: FromWorker): void {
    if (message.type === 'frame') {
      const old = this.frame
      const data = new Float32Array(message.buffer)
      this.frame = { data, count: message.count, shown: this.sorted(data, message.count), packed_at_ms: message.packed_at_ms }
      this.indexSlots()
      this.onFrame.send(this.frame)
      const back = old.data.buffer
      if (back instanceof ArrayBuffer && back.byteLength > 0) this.tell({ type: 'recycle', buffer: back }, [back])
    } else if (message.type === 'index') {
      for (const row of message.removed) this.forget(row)
      for (const item of message.items) {
        this.forget(item.row)
        this.byRow.set(item.row, item)
        this.rowOf.set(item.track_id, item.row)
      }
    } else if (message.type === 'stats') {
      this.stats = message.stats
      this.onStats.send(message.stats)
    } else {
      this.onMessage.send(message.message)
    }
  }

  /** Show only drones that pass; null for all of them. What is hidden is still found by name. */
  setFilter(passes: ((slot: FilteredSlot) => boolean) | null): void {
    this.passes = passes
    const { data, count } = this.frame
    if (data.length === 0) return
    this.frame = { ...this.frame, shown: this.sorted(data, count) }
    this.indexSlots()
    this.onFrame.send(this.frame)
  }

  /** Show heights above sea level by this model of the geoid; null: above the ellipsoid, as the frames carry them. */
  setHeights(heights: Heights | null): void {
    this.heights = heights
    this.setFilter(this.passes)
  }

  /** The datum heights on the map are in now. */
  get datum(): MapDatum {
    return this.heights === null ? 'HAE' : 'AMSL'
  }

  private heightAt(data: Float32Array, at: number): number | null {
    const alt_hae_m = data[at + AT_ALT_HAE_M]!
    if (alt_hae_m === UNKNOWN) return null
    return this.heights === null ? alt_hae_m : alt_hae_m - this.heights.undulationM(data[at + AT_X]!, data[at + AT_Y]!)
  }

  /** Bring what passes the filter to the front; returns how many do. */
  private sorted(data: Float32Array, count: number): number {
    const passes = this.passes
    if (passes === null) return count
    return showFirst(data, count, PACKED_WORDS, (at) => {
      return passes({ row: data[at + AT_ROW]!, state: data[at + AT_STATE]!, alt_m: this.heightAt(data, at) })
    })
  }

  private forget(row: number): void {
    const old = this.byRow.get(row)
    if (old !== undefined && this.rowOf.get(old.track_id) === row) this.rowOf.delete(old.track_id)
    this.byRow.delete(row)
  }

  private indexSlots(): void {
    const { data, count } = this.frame
    let top = 0
    for (let i = 0; i < count; i++) top = Math.max(top, data[i * PACKED_WORDS + AT_ROW]!)
    if (top >= this.slots.length) this.slots = new Int32Array(Math.max(256, (top + 1) * 2))
    this.slots.fill(-1)
    for (let i = 0; i < count; i++) this.slots[data[i * PACKED_WORDS + AT_ROW]!] = i
  }

  /** Position of a row's record in the newest frame, or -1. */
  slotOf(row: number): number {
    return row < this.slots.length && this.frame.count > 0 ? this.slots[row]! : -1
  }

  identity(row: number): IndexItem | null {
    return this.byRow.get(row) ?? null
  }

  rowOfTrack(trackId: string): number | null {
    return this.rowOf.get(trackId) ?? null
  }

  identities(): Iterable<IndexItem> {
    return this.byRow.values()
  }

  /** The drone in a slot of the newest frame, moved on to `now_ms`. */
  fixAt(slot: number, now_ms: number = epochMs()): Fix | null {
    const { data, count, packed_at_ms } = this.frame
    if (slot < 0 || slot >= count) return null
    const at = slot * PACKED_WORDS
    const age_s = data[at + AT_AGE_S]! + (now_ms - packed_at_ms) / 1000
    const ahead_s = reckonedSeconds(age_s)
    const y = this.origin.y + data[at + AT_Y]! + data[at + AT_VY]! * ahead_s
    const lat_deg = latFromMercator(y)
    const known = (offset: number): number | null => (data[at + offset] === UNKNOWN ? null : data[at + offset]!)
    const heading = data[at + AT_HEADING]!
    return {
      row: data[at + AT_ROW]!,
      state: data[at + AT_STATE]!,
      lat_deg,
      lon_deg: lonFromMercator(this.origin.x + data[at + AT_X]! + data[at + AT_VX]! * ahead_s),
      age_s,
      speed_mps: known(AT_SPEED_MPS),
      vel_up_mps: known(AT_VEL_UP_MPS),
      heading_deg: heading === NO_HEADING ? null : (heading * 180) / Math.PI,
      alt_hae_m: known(AT_ALT_HAE_M),
      alt_m: this.heightAt(data, at),
    }
  }

  fixOfTrack(trackId: string, now_ms: number = epochMs()): Fix | null {
    const row = this.rowOfTrack(trackId)
    return row === null ? null : this.fixAt(this.slotOf(row), now_ms)
  }

  /** The server's time now, as far as it is known. */
  serverNowMs(): number {
    return epochMs() - (this.stats?.clock_ahead_ms ?? 0)
  }
}
