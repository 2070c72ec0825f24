/** Recordings, distances and incidents, as the console reads them. */

import { request, type Answer } from './client'
import type { Alert, Page } from './types'

export interface RecordedRange {
  readonly from: string | null
  readonly to: string | null
}

export interface ClosestPoint {
  readonly at: string
  readonly horizontal_m: number | null
  readonly vertical_m: number | null
  readonly distance_m: number | null
}

export interface Distances {
  readonly at: readonly string[]
  readonly horizontal_m: readonly number[]
  readonly vertical_m: readonly (number | null)[]
  readonly closest: ClosestPoint | null
  readonly minimum: { readonly horizontal_m: number; readonly vertical_m: number }
}

export interface Incident {
  readonly incident_id: string
  readonly title: string
  readonly from: string
  readonly to: string
  readonly bbox?: readonly number[] | null
  readonly plan_ids: readonly string[]
  readonly notes: string
  readonly created_at: string
  readonly created_by: string
}

export interface NewIncident {
  readonly title: string
  readonly from: string
  readonly to: string
  readonly notes?: string
  readonly plan_ids?: readonly string[]
  readonly bbox?: readonly number[]
}

const iso = (at_ms: number): string => new Date(at_ms).toISOString()

export const getRange = () => request<RecordedRange>('GET', '/v1/replay/range')
export const getIncidents = () => request<Page<Incident>>('GET', '/v1/incidents?limit=100')
export const openIncident = (incident: NewIncident) => request<Incident>('POST', '/v1/incidents', incident)
export const getDistances = (track_a: string, track_b: string, from_ms: number, to_ms: number) =>
  request<Distances>('GET', `/v1/replay/distance?${new URLSearchParams({ track_a, track_b, from: iso(from_ms), to: iso(to_ms) })}`)

/** The alerts of a window: those open at its beginning and every step since, oldest first. */
export async function getPastAlerts(from_ms: number, to_ms: number): Promise<Answer<readonly PastAlert[]>> {
  const query = new URLSearchParams({ from: iso(from_ms), to: iso(to_ms), topics: 'alerts' })
  try {
    const response = await fetch(`/v1/replay?${query}`, { credentials: 'same-origin', cache: 'no-store', headers: { Accept: 'application/x-ndjson, application/problem+json' } })
    const text = await response.text()
    if (!response.ok) return { ok: false, status: response.status, problem: JSON.parse(text) }
    return { ok: true, value: pastAlerts(text) }
  } catch {
    return { ok: false, status: 0, problem: { code: 'service_unreachable' } }
  }
}

export interface PastAlert {
  readonly at_ms: number
  readonly alert: Alert
}

/** The first telling of each alert in a replay's lines, and nothing of later ones but a graver severity. */
export function pastAlerts(lines: string): readonly PastAlert[] {
  const found = new Map<string, PastAlert>()
  for (const line of lines.split('\n')) {
    if (line.trim() === '') continue
    const message = JSON.parse(line) as { readonly topic: string; readonly at?: string; readonly items?: readonly Alert[] }
    if (message.topic !== 'alerts') continue
    const at_ms = Date.parse(message.at ?? '')
    for (const alert of message.items ?? []) {
      const raised_ms = Date.parse(alert.raised_at)
      if (!found.has(alert.alert_id)) found.set(alert.alert_id, { at_ms: Number.isNaN(raised_ms) ? at_ms : raised_ms, alert })
      else found.set(alert.alert_id, { ...found.get(alert.alert_id)!, alert })
    }
  }
  return [...found.values()].sort((a, b) => a.at_ms - b.at_ms)
}

/** Why a replay cannot be played, asked over HTTP, where refusals have words. */
export const whyNot = (from_ms: number) =>
  request<null>('GET', `/v1/replay?${new URLSearchParams({ from: iso(from_ms), to: iso(from_ms), topics: 'zones' })}`)
