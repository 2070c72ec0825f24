/** How often the map need be drawn. */

import { AT_VX, AT_VY, PACKED_WORDS } from '../live/trackStore'

const MIN_FRAME_MS = 16
const MAX_FRAME_MS = 500

/** Milliseconds in which the fastest moving drone covers half a pixel. */
export function frameIntervalMs({ data, count }: { readonly data: Float32Array; readonly count: number }, zoom: number): number {
  let fastest = 0
  for (let i = 0; i < count; i++) {
    const at = i * PACKED_WORDS
    fastest = Math.max(fastest, Math.abs(data[at + AT_VX]!), Math.abs(data[at + AT_VY]!))
  }
  const pxPerMs = (fastest * 512 * 2 ** zoom) / 1000
  return Math.min(MAX_FRAME_MS, Math.max(MIN_FRAME_MS, pxPerMs > 0 ? 0.5 / pxPerMs : MAX_FRAME_MS))
}
