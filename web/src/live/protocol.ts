/** Messages between the page and the feed worker, and the JSON messages of the live feed. */

import type { IndexItem } from './schema.gen'
import type { Summary } from './trackStore'

/** A JSON text frame of `/v1/live`. */
export interface LiveMessage {
  readonly seq: number
  readonly topic: string
  readonly kind?: 'snapshot' | 'increment'
  readonly items: readonly unknown[]
  readonly removed?: readonly (string | number)[]
}

export type { IndexItem } from './schema.gen'

/**
 * connecting → live ⇄ quiet → lost → connecting …; signed_out ends it.
 *
 * live: messages come. quiet: none of late, but the service answers. lost: the service does not answer.
 */
export type LinkState = 'connecting' | 'live' | 'quiet' | 'lost' | 'signed_out'

export interface FeedStats {
  readonly link: LinkState
  readonly messages_per_s: number
  /** Seconds since the last message of any kind; null before the first. */
  readonly feed_age_s: number | null
  readonly clock_ahead_ms: number
  readonly reconnects: number
  readonly bad_frames: number
  readonly summary: Summary
}

export type ToWorker =
  | {
      readonly type: 'start'
      readonly bbox: readonly number[]
      readonly topics: readonly string[]
      readonly origin: { readonly lon_deg: number; readonly lat_deg: number }
    }
  | { readonly type: 'stop' }
  | { readonly type: 'retry' }
  | { readonly type: 'recycle'; readonly buffer: ArrayBuffer }

export type FromWorker =
  | { readonly type: 'frame'; readonly buffer: ArrayBuffer; readonly count: number; readonly packed_at_ms: number }
  | { readonly type: 'index'; readonly items: readonly IndexItem[]; readonly removed: readonly number[] }
  | { readonly type: 'message'; readonly message: LiveMessage }
  | { readonly type: 'stats'; readonly stats: FeedStats }
