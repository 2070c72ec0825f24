/** Web Mercator in the unit square, as MapLibre uses it: x to the east, y to the south. */

const EARTH_CIRCUMFERENCE_M = 2 * Math.PI * 6_378_137

export const mercatorX = (lon_deg: number): number => (180 + lon_deg) / 360

export const mercatorY = (lat_deg: number): number =>
  0.5 - Math.log(Math.tan(Math.PI / 4 + (lat_deg * Math.PI) / 360)) / (2 * Math.PI)

export const lonFromMercator = (x: number): number => x * 360 - 180

export const latFromMercator = (y: number): number => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI

/** Mercator units of one metre on the ground at this latitude. */
export const mercatorPerMetre = (lat_deg: number): number => 1 / (EARTH_CIRCUMFERENCE_M * Math.cos((lat_deg * Math.PI) / 180))

/** Great-circle distance in metres (mean Earth radius; better than 0.5 % here). */
export function distanceM(lat1_deg: number, lon1_deg: number, lat2_deg: number, lon2_deg: number): number {
  const rad = Math.PI / 180
  const a =
    Math.sin(((lat2_deg - lat1_deg) * rad) / 2) ** 2 +
    Math.cos(lat1_deg * rad) * Math.cos(lat2_deg * rad) * Math.sin(((lon2_deg - lon1_deg) * rad) / 2) ** 2
  return 2 * 6_371_009 * Math.asin(Math.min(1, Math.sqrt(a)))
}
