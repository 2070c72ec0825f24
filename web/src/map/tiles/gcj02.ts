/**
 * GCJ-02, the shifted datum of Chinese map tiles: the service's own conversion (airspace/coordinates.py), for tiles.
 *
 * The service's positions are WGS-84 and stay so; only a city's own tiles are moved, where they are drawn.
 */

// Krasovsky 1940 ellipsoid, as the published obfuscation uses it.
const AXIS_M = 6_378_245
const ECCENTRICITY2 = 0.006_693_421_622_965_943_23
const MAINLAND = { lat: [0.8293, 55.8271], lon: [72.004, 137.8347] } as const

export interface LonLat {
  readonly lon_deg: number
  readonly lat_deg: number
}

function shift(lat_deg: number, lon_deg: number): LonLat {
  const [x, y, pi] = [lon_deg - 105, lat_deg - 35, Math.PI]
  const root = Math.sqrt(Math.abs(x))
  const wave = ((20 * Math.sin(6 * x * pi) + 20 * Math.sin(2 * x * pi)) * 2) / 3
  let north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
  north_m += ((20 * Math.sin(y * pi) + 40 * Math.sin((y / 3) * pi)) * 2) / 3
  north_m += ((160 * Math.sin((y / 12) * pi) + 320 * Math.sin((y * pi) / 30)) * 2) / 3
  let east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
  east_m += ((20 * Math.sin(x * pi) + 40 * Math.sin((x / 3) * pi)) * 2) / 3
  east_m += ((150 * Math.sin((x / 12) * pi) + 300 * Math.sin((x / 30) * pi)) * 2) / 3
  const phi = (lat_deg * pi) / 180
  const w2 = 1 - ECCENTRICITY2 * Math.sin(phi) ** 2
  const meridian_m = (AXIS_M * (1 - ECCENTRICITY2)) / (w2 * Math.sqrt(w2))
  const prime_m = AXIS_M / Math.sqrt(w2)
  return { lat_deg: (north_m / meridian_m) * (180 / pi), lon_deg: (east_m / (prime_m * Math.cos(phi))) * (180 / pi) }
}

/** GCJ-02 of a WGS-84 position; outside mainland China's box it stays as it is. */
export function gcj02FromWgs84({ lat_deg, lon_deg }: LonLat): LonLat {
  const inside = lat_deg >= MAINLAND.lat[0] && lat_deg <= MAINLAND.lat[1] && lon_deg >= MAINLAND.lon[0] && lon_deg <= MAINLAND.lon[1]
  if (!inside) return { lat_deg, lon_deg }
  const by = shift(lat_deg, lon_deg)
  return { lat_deg: lat_deg + by.lat_deg, lon_deg: lon_deg + by.lon_deg }
}

/** WGS-84 of a GCJ-02 position, to a millimetre: the shift is taken off again until nothing changes. */
export function wgs84FromGcj02(at: LonLat): LonLat {
  let found = at
  for (let i = 0; i < 4; i++) {
    const back = gcj02FromWgs84(found)
    found = { lat_deg: found.lat_deg + at.lat_deg - back.lat_deg, lon_deg: found.lon_deg + at.lon_deg - back.lon_deg }
  }
  return found
}
