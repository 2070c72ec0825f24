/** The HTTP side of the service: same-origin requests with the session cookie, problems as values. */

import { circleRing } from '../draw/shape'
import type {
  Aircraft,
  Alert,
  Corridor,
  CounterOffer,
  DemoUsersAnswer,
  Feature,
  FlightPlan,
  Operator,
  Outcome,
  Page,
  PlanState,
  Policy,
  Problem,
  Role,
  SessionAnswer,
  Site,
  Track,
  Zone,
} from './types'


interface ProvidersAnswer {
  readonly providers: readonly { readonly name: string; readonly start: string }[]
}

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly status: number; readonly problem: Problem }

const TIMEOUT_MS = 10_000
/** A file of thousands of zones takes the service a while. */
const FILE_TIMEOUT_MS = 60_000
const MAX_PAGES = 20

let csrfToken: string | null = null

/** Remember the token that state-changing requests must carry. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token
}

function failed(status: number, code: string): { ok: false; status: number; problem: Problem } {
  return { ok: false, status, problem: { code } }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Send one request; every outcome, an unreachable service included, is a value. A Blob is sent as it is, of its own type. */
export async function request<T>(method: Method, path: string, body?: unknown, more: Readonly<Record<string, string>> = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = { Accept: 'application/json', ...more }
  const file = body instanceof Blob ? body : null
  if (body !== undefined) headers['Content-Type'] = file === null ? 'application/json' : file.type
  if (method !== 'GET' && csrfToken !== null) headers['X-CSRF-Token'] = csrfToken
  let response: Response
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(file === null ? TIMEOUT_MS : FILE_TIMEOUT_MS),
      ...(body === undefined ? {} : { body: file ?? JSON.stringify(body) }),
    })
  } catch {
    return failed(0, 'service_unreachable')
  }
  let text: string
  try {
    text = await response.text()
  } catch {
    // Cut off in the middle: what the answer was nobody knows, which is not the same as an empty one.
    return failed(0, 'service_unreachable')
  }
  let value: unknown = null
  try {
    value = text === '' ? null : JSON.parse(text)
  } catch {
    return failed(response.status, 'unreadable_answer')
  }
  if (response.ok) return { ok: true, value: value as T }
  const problem = value !== null && typeof value === 'object' && 'code' in value ? (value as Problem) : { code: `http_${response.status}` }
  return { ok: false, status: response.status, problem }
}

export const getSession = () => request<SessionAnswer>('GET', '/v1/session')
export const signIn = (name: string, password: string, code: string | null = null) =>
  request<SessionAnswer>('POST', '/v1/session', code === null ? { name, password } : { name, password, code })
export const getProviders = () => request<ProvidersAnswer>('GET', '/v1/session/providers')
export const signOut = () => request<null>('DELETE', '/v1/session')
export const getDemoUsers = () => request<DemoUsersAnswer>('GET', '/v1/session/demo-users')
export const signInDemo = (role: Role) => request<SessionAnswer>('POST', '/v1/session/demo', { role })
export const getPlan = (planId: string) => request<FlightPlan>('GET', `/v1/flight-plans/${encodeURIComponent(planId)}`)

type Listing<T> = Page<T> | { readonly features: readonly T[] } | readonly T[]

function itemsOf<T>(listing: Listing<T>): readonly T[] {
  if (Array.isArray(listing)) return listing as readonly T[]
  if ('items' in listing) return listing.items
  return 'features' in listing ? listing.features : []
}

async function all<T>(path: string): Promise<Answer<readonly T[]>> {
  const found: T[] = []
  let cursor: string | null = null
  for (let page = 0; page < MAX_PAGES; page++) {
    const mark: string = cursor === null ? '' : `${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`
    const answer: Answer<Listing<T>> = await request<Listing<T>>('GET', path + mark)
    if (!answer.ok) return answer
    found.push(...itemsOf(answer.value))
    cursor = 'next_cursor' in answer.value ? (answer.value.next_cursor ?? null) : null
    if (cursor === null) break
  }
  return { ok: true, value: found }
}

const drawable = <T extends Feature<GeoJSON.Geometry, unknown>>(answer: Answer<readonly T[]>): Answer<readonly T[]> =>
  answer.ok ? { ok: true, value: answer.value.filter((item) => item?.geometry != null && item.properties != null) } : answer

/** A circle comes as the point of its centre; it is drawn as a ring, and keeps centre and radius for whoever edits it. */
export function ringed(zone: Zone | Feature<GeoJSON.Point, Zone['properties']>): Zone {
  if (zone.geometry.type !== 'Point') return zone as Zone
  const centre = zone.geometry.coordinates as [number, number]
  const radius_m = Number((zone.properties as { readonly radius_m?: number }).radius_m ?? 0)
  const ring = circleRing(centre, radius_m).map((point) => [...point])
  return { ...zone, geometry: { type: 'Polygon', coordinates: [ring] }, properties: { ...zone.properties, centre, radius_m } }
}

export async function getZones(at?: string): Promise<Answer<readonly Zone[]>> {
  const answer = drawable(await all<Zone>(at === undefined ? '/v1/zones' : `/v1/zones?at=${encodeURIComponent(at)}`))
  return answer.ok ? { ok: true, value: answer.value.map(ringed) } : answer
}
export const getCorridors = async () => drawable(await all<Corridor>('/v1/corridors'))
export const getSites = async () => drawable(await all<Site>('/v1/sites'))

export const getOperators = () => all<Operator>('/v1/operators')
export const getAircraft = () => all<Aircraft>('/v1/aircraft?limit=500')
export const getPolicy = () => request<Policy>('GET', '/v1/policy')

/** One page of plans, latest departure first; no states means all of them. */
export function getPlans(states: readonly PlanState[], cursor: string | null = null): Promise<Answer<Page<FlightPlan>>> {
  const query = new URLSearchParams({ limit: '100' })
  if (states.length > 0) query.set('state', states.join(','))
  if (cursor !== null) query.set('cursor', cursor)
  return request<Page<FlightPlan>>('GET', `/v1/flight-plans?${query}`)
}

/** Plans that fly at some instant between two. */
export const getPlansBetween = (from: string, to: string) =>
  all<FlightPlan>(`/v1/flight-plans?${new URLSearchParams({ limit: '200', from, to })}`)

/** Accept or refuse a pending plan. */
/** File a counter-offer as it stands; its plan is a whole body. */
export const fileOffer = (offer: CounterOffer) => request<FlightPlan>('POST', '/v1/flight-plans', offer.plan)

export const decidePlan = (planId: string, outcome: Exclude<Outcome, 'pending'>, reason: string | null) =>
  request<FlightPlan>('POST', `/v1/flight-plans/${encodeURIComponent(planId)}/decision`, {
    outcome,
    ...(reason === null ? {} : { reason }),
  })

export const getAlerts = () => all<Alert>('/v1/alerts?state=open')

/** Take note of an alert with one's initials. */
export const acknowledgeAlert = (alertId: string, initials: string, note: string | null = null) =>
  request<Alert>('POST', `/v1/alerts/${encodeURIComponent(alertId)}/acknowledge`, { initials, ...(note === null ? {} : { note }) })

/** Put an alert aside for some minutes from `now_ms` on the service's clock: that of this machine may be off. */
export const shelveAlert = (alertId: string, now_ms: number, minutes: number, initials: string | null, note: string | null = null) =>
  request<Alert>('POST', `/v1/alerts/${encodeURIComponent(alertId)}/shelve`, {
    until: new Date(now_ms + minutes * 60_000).toISOString(),
    ...(initials === null ? {} : { initials }),
    ...(note === null ? {} : { note }),
  })

/** Bring a shelved alert back at once. */
export const unshelveAlert = (alertId: string, note: string | null = null) =>
  request<Alert>('POST', `/v1/alerts/${encodeURIComponent(alertId)}/unshelve`, note === null ? {} : { note })

const AROUND_DEG = 0.01

/** Find one track's full record among those around a position; null when the service no longer has it there. */
export async function getTrackNear(trackId: string, lat_deg: number, lon_deg: number): Promise<Answer<Track | null>> {
  const box = [lon_deg - AROUND_DEG, lat_deg - AROUND_DEG, lon_deg + AROUND_DEG, lat_deg + AROUND_DEG]
  const answer = await all<Track>(`/v1/tracks?bbox=${box.map((value) => value.toFixed(5)).join(',')}`)
  return answer.ok ? { ok: true, value: answer.value.find((track) => track.track_id === trackId) ?? null } : answer
}
