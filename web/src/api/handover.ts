/** The shift log, as the console reads and writes it. */

import { request } from './client'
import type { AlertSeverity, Page } from './types'

export const entryKinds = ['note', 'traffic', 'weather', 'equipment', 'airspace', 'person'] as const
export type EntryKind = (typeof entryKinds)[number]

export interface OpenAlert {
  readonly alert_id: string
  readonly kind: string
  readonly severity: AlertSeverity
  readonly at: string
  readonly detail: string
  readonly detail_zh?: string | null
  readonly until?: string | null
}

export interface OpenItems {
  readonly counts: Readonly<Record<'alerts' | 'shelved' | 'contingencies' | 'pending' | 'commands', number>>
  readonly alerts: readonly OpenAlert[]
  readonly shelved: readonly OpenAlert[]
  readonly contingencies: readonly { readonly contingency_id: string; readonly plan_id: string; readonly kind: string; readonly state: string; readonly at: string }[]
  readonly pending: readonly { readonly plan_id: string; readonly organisation_id: string; readonly at: string }[]
  readonly commands: readonly { readonly command_id: string; readonly aircraft_id: string; readonly type: string; readonly state: string; readonly at: string }[]
}

export interface Signature {
  readonly at: string
  readonly by: string
  readonly name: string
  readonly initials: string
}

export interface ShiftLog {
  readonly handover_id: string
  readonly number: number
  readonly state: 'open' | 'offered' | 'closed'
  readonly opened_at: string
  readonly opened_name: string
  readonly remarks: string
  readonly signed_out: Signature | null
  readonly signed_in: Signature | null
  readonly items: OpenItems | null
  readonly entries: readonly { readonly at: string; readonly name: string; readonly kind: EntryKind; readonly text: string }[]
}

export interface CurrentLog {
  readonly log: ShiftLog | null
  readonly open_items: OpenItems
}

const path = (id: string, step: string) => `/v1/handovers/${encodeURIComponent(id)}/${step}`

export const getCurrentLog = () => request<CurrentLog>('GET', '/v1/handovers/current')
export const getLogs = () => request<Page<ShiftLog>>('GET', '/v1/handovers?limit=50')
export const getLog = (id: string) => request<ShiftLog>('GET', `/v1/handovers/${encodeURIComponent(id)}`)
export const openLog = () => request<ShiftLog>('POST', '/v1/handovers')
export const addEntry = (id: string, kind: EntryKind, text: string) => request<ShiftLog>('POST', path(id, 'entries'), { kind, text })
export const signOut = (id: string, initials: string, remarks: string) => request<ShiftLog>('POST', path(id, 'sign-out'), { initials, remarks })
export const signIn = (id: string, initials: string) => request<ShiftLog>('POST', path(id, 'sign-in'), { initials })
