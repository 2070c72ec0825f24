/**
 * Binary track frames of the live feed.
 *
 * Little-endian; a header of 32 bytes (magic "HXL1", u8 version, u8 kind, u16 reserved, u32 count, u32 reserved,
 * u64 seq, f64 tick in Unix ms) and then one contiguous column per field, 24 bytes a drone.
 */

export const HEADER_BYTES = 32
export const BYTES_PER_DRONE = 24
export const HEADING_UNKNOWN = 65535
export const AGE_SATURATED = 255
/** Altitudes and velocities. */
export const VALUE_UNKNOWN = -32768
const MAGIC = 0x314c5848 // "HXL1" read as a little-endian u32
const VERSION = 1

export const stateNames = ['conforming', 'nonconforming', 'contingent', 'lost', 'unplanned', 'unknown'] as const
export type StateName = (typeof stateNames)[number]
export const stateCode = (name: StateName): number => stateNames.indexOf(name)

/** One decoded frame; the columns are views into the message's own buffer, n values each. */
export interface TrackFrame {
  readonly kind: 'snapshot' | 'increment'
  readonly seq: number
  readonly tick_ms: number
  readonly count: number
  readonly row: Uint32Array
  readonly lat_1e7: Int32Array
  readonly lon_1e7: Int32Array
  readonly alt_hae_dm: Int16Array
  readonly vel_east_cmps: Int16Array
  readonly vel_north_cmps: Int16Array
  readonly vel_up_cmps: Int16Array
  readonly heading_cdeg: Uint16Array
  readonly state: Uint8Array
  readonly age_ds: Uint8Array
}

export type DecodeFault = 'too_short' | 'bad_magic' | 'bad_version' | 'bad_kind' | 'bad_length' | 'big_endian_host'

const littleEndianHost = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1

/** Decode one frame, or say why it cannot be one. */
export function decodeTracks(buffer: ArrayBuffer): TrackFrame | DecodeFault {
  if (!littleEndianHost) return 'big_endian_host'
  if (buffer.byteLength < HEADER_BYTES) return 'too_short'
  const header = new DataView(buffer, 0, HEADER_BYTES)
  if (header.getUint32(0, true) !== MAGIC) return 'bad_magic'
  if (header.getUint8(4) !== VERSION) return 'bad_version'
  const kind = header.getUint8(5)
  if (kind > 1) return 'bad_kind'
  const n = header.getUint32(8, true)
  if (buffer.byteLength !== HEADER_BYTES + n * BYTES_PER_DRONE) return 'bad_length'
  const four = HEADER_BYTES
  const two = four + 12 * n
  const one = two + 10 * n
  return {
    kind: kind === 0 ? 'snapshot' : 'increment',
    seq: Number(header.getBigUint64(16, true)),
    tick_ms: header.getFloat64(24, true),
    count: n,
    row: new Uint32Array(buffer, four, n),
    lat_1e7: new Int32Array(buffer, four + 4 * n, n),
    lon_1e7: new Int32Array(buffer, four + 8 * n, n),
    alt_hae_dm: new Int16Array(buffer, two, n),
    vel_east_cmps: new Int16Array(buffer, two + 2 * n, n),
    vel_north_cmps: new Int16Array(buffer, two + 4 * n, n),
    vel_up_cmps: new Int16Array(buffer, two + 6 * n, n),
    heading_cdeg: new Uint16Array(buffer, two + 8 * n, n),
    state: new Uint8Array(buffer, one, n),
    age_ds: new Uint8Array(buffer, one + n, n),
  }
}
