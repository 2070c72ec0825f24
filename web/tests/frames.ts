/** Builds binary track frames as the service does, for the tests. */

export interface Drone {
  row: number
  lat_deg: number
  lon_deg: number
  alt_hae_m?: number
  east_mps?: number
  north_mps?: number
  up_mps?: number
  heading_deg?: number | null
  state?: number
  age_s?: number
}

export function makeFrame(kind: 0 | 1, drones: readonly Drone[], { seq = 1, tick_ms = 1_000_000, version = 2 } = {}): ArrayBuffer {
  const n = drones.length
  const buffer = new ArrayBuffer(32 + 22 * n)
  const view = new DataView(buffer)
  ;[...'HXL2'].forEach((letter, i) => view.setUint8(i, letter.charCodeAt(0)))
  view.setUint8(4, version)
  view.setUint8(5, kind)
  view.setUint32(8, n, true)
  view.setBigUint64(16, BigInt(seq), true)
  view.setFloat64(24, tick_ms, true)
  drones.forEach((drone, i) => {
    const two = 32 + 12 * n
    const age_ds = Math.min(255, Math.round((drone.age_s ?? 0) * 10))
    view.setUint32(32 + 4 * i, drone.row + (drone.state ?? 0) * 2 ** 21 + age_ds * 2 ** 24, true)
    view.setInt32(32 + 4 * n + 4 * i, Math.round(drone.lat_deg * 1e7), true)
    view.setInt32(32 + 8 * n + 4 * i, Math.round(drone.lon_deg * 1e7), true)
    view.setInt16(two + 2 * i, Math.round((drone.alt_hae_m ?? 0) * 10), true)
    view.setInt16(two + 2 * n + 2 * i, Math.round((drone.east_mps ?? 0) * 100), true)
    view.setInt16(two + 4 * n + 2 * i, Math.round((drone.north_mps ?? 0) * 100), true)
    view.setInt16(two + 6 * n + 2 * i, Math.round((drone.up_mps ?? 0) * 100), true)
    const heading = drone.heading_deg ?? null
    view.setUint16(two + 8 * n + 2 * i, heading === null ? 65535 : Math.round(heading * 100), true)
  })
  return buffer
}
