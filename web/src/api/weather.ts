/** Weather in force, imports, and what it says of departures. */

import { request } from './client'

export interface WeatherCell {
  readonly h3: string
  readonly wind_mps: number | null
  readonly gust_mps: number | null
  readonly rain_mm_h: number | null
  readonly visibility_m: number | null
}

export interface WeatherAnswer {
  readonly forecast_id: string | null
  readonly source: string
  readonly synthetic: boolean
  readonly valid_from: string
  readonly valid_to: string
  readonly items: readonly WeatherCell[]
}

export interface WeatherCause {
  readonly code: string
  readonly detail: string
  readonly detail_zh: string
}

export interface Departure {
  readonly plan_id: string
  readonly organisation_id: string
  readonly aircraft_id: string
  readonly departure_at: string
  readonly outcome: 'go' | 'no_go' | 'unknown'
  readonly causes: readonly WeatherCause[]
}

export interface FileProblem {
  readonly field: string
  readonly line: number | null
  readonly detail: string
  readonly detail_zh: string
}

export interface ForecastReport {
  readonly usable: boolean
  readonly why_not: string | null
  readonly samples: number
  readonly cells_covered: number | null
  readonly errors: readonly FileProblem[]
  readonly warnings: readonly FileProblem[]
}

export const getWeather = () => request<WeatherAnswer>('GET', '/v1/weather')
export const getDepartures = (within_s: number) =>
  request<{ readonly items: readonly Departure[] }>('GET', `/v1/weather/go-no-go?within_s=${within_s}`)

export type ForecastFormat = 'csv' | 'json' | 'grib'

/** The format a file's name tells; a table where it tells none. */
export const forecastFormat = (name: string): ForecastFormat =>
  /\.(grib2?|grb2?)$/i.test(name) ? 'grib' : /\.json$/i.test(name) ? 'json' : 'csv'

const path = (file: File, dryRun: boolean) =>
  `/v1/weather/forecasts?${new URLSearchParams({ format: forecastFormat(file.name), dry_run: String(dryRun) })}`
const plain = (file: File) => new Blob([file], { type: 'application/octet-stream' })

export const checkForecast = (file: File) => request<ForecastReport>('POST', path(file, true), plain(file))
export const putForecast = (file: File) => request<{ readonly forecast_id: string }>('POST', path(file, false), plain(file))
export const withdrawForecast = (forecastId: string) => request<null>('DELETE', `/v1/weather/forecasts/${encodeURIComponent(forecastId)}`)
