/**
 * Binary track frames of the live feed.
 *
 * Little-endian; a header of 32 bytes (magic "HXL2", u8 version, u8 kind, u16 reserved, u32 count, u32 reserved,
 * u64 seq, f64 tick in Unix ms) and then one contiguous column per field, 22 bytes a drone; the first column packs row, state
 * and age. Columns and numbers are generated from the service's schema; here a frame is checked before anything reads it.
 */

import {
  BINARY_VERSION,
  BYTES_PER_TRACK,
  columnsOf,
  HEADER_AT,
  HEADER_BYTES,
  MAGIC,
  stateNames,
  UNKNOWN,
  type StateName,
  type TrackColumns,
} from './schema.gen'

export { HEADER_BYTES, stateNames, type StateName }
export const BYTES_PER_DRONE = BYTES_PER_TRACK
export const HEADING_UNKNOWN = UNKNOWN.uint16
export const AGE_SATURATED = 255
/** Altitudes and velocities. */
export const VALUE_UNKNOWN = UNKNOWN.int16
export const stateCode = (name: StateName): number => stateNames.indexOf(name)

/** One decoded frame; the columns, n values each, are views into the message's own buffer but for row, state and age. */
export interface TrackFrame extends TrackColumns {
  readonly kind: 'snapshot' | 'increment'
  readonly seq: number
  readonly tick_ms: number
  readonly count: number
}

export type DecodeFault = 'too_short' | 'bad_magic' | 'bad_version' | 'bad_kind' | 'bad_length' | 'big_endian_host'

const littleEndianHost = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1

/** Decode one frame, or say why it cannot be one. */
export function decodeTracks(buffer: ArrayBuffer): TrackFrame | DecodeFault {
  if (!littleEndianHost) return 'big_endian_host'
  if (buffer.byteLength < HEADER_BYTES) return 'too_short'
  const header = new DataView(buffer, 0, HEADER_BYTES)
  if (header.getUint32(HEADER_AT.magic, true) !== MAGIC) return 'bad_magic'
  if (header.getUint8(HEADER_AT.version) !== BINARY_VERSION) return 'bad_version'
  const kind = header.getUint8(HEADER_AT.kind)
  if (kind > 1) return 'bad_kind'
  const n = header.getUint32(HEADER_AT.count, true)
  if (buffer.byteLength !== HEADER_BYTES + n * BYTES_PER_DRONE) return 'bad_length'
  return {
    kind: kind === 0 ? 'snapshot' : 'increment',
    seq: Number(header.getBigUint64(HEADER_AT.seq, true)),
    tick_ms: header.getFloat64(HEADER_AT.tick_unix_ms, true),
    count: n,
    ...columnsOf(buffer, n),
  }
}
