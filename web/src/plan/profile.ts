/** The vertical profile as a drawing: heights in one chosen datum, bands as outlines, and where a drone is along the path. */

import type { Band, ProfileSamples } from '../api/flightStory'
import type { Datum } from '../api/types'
import { distanceM } from '../live/mercator'

export interface Extent {
  readonly low_m: number
  readonly high_m: number
}

const TOP_MARGIN_M = 15
const LEAST_SPAN_M = 60

/** Height of the ellipsoid's zero of a datum under a sample, metres above the ellipsoid. */
export function zeroHaeM(samples: ProfileSamples, index: number, datum: Datum): number {
  if (datum === 'HAE') return 0
  const undulation_m = samples.undulation_m[index]!
  return datum === 'AMSL' ? undulation_m : undulation_m + samples.ground_amsl_m[index]!
}

/** A height of one datum in another, at a sample. */
export function inDatum(samples: ProfileSamples, index: number, value_m: number, from: Datum, to: Datum): number {
  return from === to ? value_m : value_m + zeroHaeM(samples, index, from) - zeroHaeM(samples, index, to)
}

export function heightColumn(samples: ProfileSamples, datum: Datum): readonly number[] {
  return datum === 'HAE' ? samples.alt_hae_m : datum === 'AMSL' ? samples.alt_amsl_m : samples.alt_agl_m
}

export const groundColumn = (samples: ProfileSamples, datum: Datum): readonly number[] =>
  samples.ground_amsl_m.map((amsl_m, i) => inDatum(samples, i, amsl_m, 'AMSL', datum))

/** What the vertical axis must span: the ground, the path with its tolerance, and the drone. */
export function extentOf(samples: ProfileSamples, datum: Datum, tolerance_m: number, alsoM: readonly number[]): Extent {
  const heights = heightColumn(samples, datum)
  const ground = groundColumn(samples, datum)
  const low_m = Math.min(...ground, ...heights.map((value) => value - tolerance_m), ...alsoM)
  const high_m = Math.max(...heights.map((value) => value + tolerance_m), ...ground, ...alsoM) + TOP_MARGIN_M
  return { low_m: Math.floor(low_m / 10) * 10, high_m: Math.max(Math.ceil(high_m / 10) * 10, Math.floor(low_m / 10) * 10 + LEAST_SPAN_M) }
}

/** Round values for an axis, between two bounds, about `count` of them. */
export function ticks(low: number, high: number, count: number): readonly number[] {
  const rough = (high - low) / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((value) => value >= rough) ?? rough
  const found: number[] = []
  for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-9; value += step) found.push(Math.abs(value) < step * 1e-9 ? 0 : value)
  return found
}

/** An index and the way between it and the next sample at a distance along the path. */
export function sampleAt(samples: ProfileSamples, distance_m: number): { readonly index: number; readonly part: number } {
  const column = samples.distance_m
  let low = 0
  let high = column.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (column[middle]! <= distance_m) low = middle
    else high = middle
  }
  const length = column[high]! - column[low]!
  return { index: low, part: length > 0 ? Math.min(1, Math.max(0, (distance_m - column[low]!) / length)) : 0 }
}

const between = (a: number, b: number, part: number): number => a + (b - a) * part

/** The outline of a band over one of its ranges, as points (distance, height); an open top ends at `top_m`. */
export function bandOutline(samples: ProfileSamples, band: Band, range: readonly [number, number], datum: Datum, top_m: number): readonly (readonly [number, number])[] {
  const distances = [range[0], ...samples.distance_m.filter((value) => value > range[0] && value < range[1]), range[1]]
  const edge = (value_m: number | null) =>
    distances.map((distance_m): readonly [number, number] => {
      if (value_m === null) return [distance_m, top_m]
      const { index, part } = sampleAt(samples, distance_m)
      const next = Math.min(index + 1, samples.distance_m.length - 1)
      return [distance_m, between(inDatum(samples, index, value_m, band.datum, datum), inDatum(samples, next, value_m, band.datum, datum), part)]
    })
  return [...edge(band.upper_m), ...edge(band.lower_m).reverse()]
}

/** How many metres away one second off the plan counts, where a path passes the same place twice. */
const M_PER_S = 0.5

/** The sample a drone is nearest to, in place and time; null when it is farther than `within_m`. */
export function nearestSample(samples: ProfileSamples, lat_deg: number, lon_deg: number, at_ms: number, within_m: number): number | null {
  let best: number | null = null
  let least = Infinity
  for (let i = 0; i < samples.distance_m.length; i++) {
    const away_m = distanceM(lat_deg, lon_deg, samples.lat_deg[i]!, samples.lon_deg[i]!)
    if (away_m > within_m) continue
    const cost = away_m + Math.abs(at_ms - Date.parse(samples.at[i]!)) * (M_PER_S / 1000)
    if (cost < least) {
      least = cost
      best = i
    }
  }
  return best
}

/** The planned sample at an instant, or null before departure and after the end. */
export function sampleAtTime(samples: ProfileSamples, at_ms: number): number | null {
  const last = samples.at.length - 1
  if (last < 0 || at_ms < Date.parse(samples.at[0]!) || at_ms > Date.parse(samples.at[last]!)) return null
  let low = 0
  let high = last
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (Date.parse(samples.at[middle]!) <= at_ms) low = middle
    else high = middle
  }
  return at_ms - Date.parse(samples.at[low]!) < Date.parse(samples.at[high]!) - at_ms ? low : high
}
