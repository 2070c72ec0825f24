/** The values of the city that can stop a flight: the worst of all cells, unknown ones left out. */

import type { WeatherCell } from '../../api/weather'

export interface Extremes {
  readonly wind_mps: number | null
  readonly gust_mps: number | null
  readonly rain_mm_h: number | null
  readonly visibility_m: number | null
}

export function extremesOf(cells: readonly WeatherCell[]): Extremes {
  const worst = (name: Exclude<keyof WeatherCell, 'h3'>, pick: (a: number, b: number) => number) =>
    cells.reduce<number | null>((found, cell) => {
      const value = cell[name]
      return value === null ? found : found === null ? value : pick(found, value)
    }, null)
  return {
    wind_mps: worst('wind_mps', Math.max),
    gust_mps: worst('gust_mps', Math.max),
    rain_mm_h: worst('rain_mm_h', Math.max),
    visibility_m: worst('visibility_m', Math.min),
  }
}
