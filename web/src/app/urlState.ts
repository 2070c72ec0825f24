/** What of the screen stands in the address, so that a view can be sent as a link. */

import { filterNames } from '../live/trackFilter'
import type { Lang } from '../i18n/translate'
import type { Camera } from '../map/cityMap'
import type { Theme } from '../map/palette'

export interface UrlState {
  readonly lang: string | null
  readonly theme: Theme | null
  readonly camera: Camera | null
  readonly track_id: string | null
  readonly plan_id: string | null
  readonly alert_id: string | null
  readonly site_id: string | null
  readonly zone_id: string | null
}

/** Read the address; anything malformed counts as absent. */
export function readUrl(search: string): UrlState {
  const query = new URLSearchParams(search)
  const theme = query.get('theme')
  const [lat, lon, zoom] = (query.get('view') ?? '').split(',').map(Number)
  const whole = [lat, lon, zoom].every((value) => value !== undefined && Number.isFinite(value))
  const sane = whole && Math.abs(lat!) < 85 && Math.abs(lon!) <= 180 && zoom! >= 0 && zoom! <= 24
  return {
    lang: query.get('lang'),
    theme: theme === 'light' || theme === 'dark' ? theme : null,
    camera: sane ? { lat_deg: lat!, lon_deg: lon!, zoom: zoom! } : null,
    track_id: query.get('track'),
    plan_id: query.get('plan'),
    alert_id: query.get('alert'),
    site_id: query.get('site'),
    zone_id: query.get('zone'),
  }
}

/** The query string for a state; other parameters of the present one are kept. */
export function writeUrl(
  search: string,
  state: { readonly lang?: Lang; readonly theme?: Theme; readonly camera?: Camera | null; readonly track_id?: string | null; readonly plan_id?: string | null },
): string {
  const query = new URLSearchParams(search)
  if (state.lang !== undefined) query.set('lang', state.lang)
  if (state.theme !== undefined) query.set('theme', state.theme)
  if (state.camera) {
    const { lat_deg, lon_deg, zoom } = state.camera
    query.set('view', `${lat_deg.toFixed(5)},${lon_deg.toFixed(5)},${zoom.toFixed(2)}`)
  }
  if (state.track_id !== undefined) {
    if (state.track_id === null) query.delete('track')
    else query.set('track', state.track_id)
  }
  if (state.plan_id !== undefined) {
    if (state.plan_id === null) query.delete('plan')
    else query.set('plan', state.plan_id)
  }
  const text = query.toString().replaceAll('%2C', ',')
  return text === '' ? '' : `?${text}`
}

/** The parameters that stay when one goes to another screen. */
const lasting = ['lang', 'theme', 'view', 'hide', 'cells', 'datum', ...filterNames]

/** The query string of a screen: what lasts of the present one, and the screen's own parameters. */
export function screenUrl(search: string, screen: string | null, params: Readonly<Record<string, string>> = {}): string {
  const before = new URLSearchParams(search)
  const query = new URLSearchParams()
  if (screen !== null) query.set('screen', screen)
  for (const name of lasting) {
    const value = before.get(name)
    if (value !== null) query.set(name, value)
  }
  for (const [name, value] of Object.entries(params)) query.set(name, value)
  const text = query.toString().replaceAll('%2C', ',')
  return text === '' ? '' : `?${text}`
}

/** A parameter of the present screen, kept in the address. */
export function replaceParam(name: string, value: string | null): void {
  const query = new URLSearchParams(window.location.search)
  if (value === null || value === '') query.delete(name)
  else query.set(name, value)
  const text = query.toString().replaceAll('%2C', ',')
  const search = text === '' ? '' : `?${text}`
  if (search !== window.location.search) window.history.replaceState(null, '', window.location.pathname + search)
}

export function replaceUrl(state: Parameters<typeof writeUrl>[1]): void {
  const search = writeUrl(window.location.search, state)
  if (search !== window.location.search) window.history.replaceState(null, '', window.location.pathname + search)
}
