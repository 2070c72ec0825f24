/** Checklists of degraded operation, as the console reads and ticks them. */

import { request } from './client'
import type { Page } from './types'

export const checklistKinds = ['surveillance', 'centre'] as const
export type ChecklistKind = (typeof checklistKinds)[number]

/** The steps in order; known here too, since they are needed most when the service does not answer. */
export const checklistSteps = {
  surveillance: ['silent', 'stop', 'firms', 'manned', 'conflicts', 'back', 'resume'],
  centre: ['whose', 'telephone', 'neighbours', 'stop', 'paper', 'back', 'resume'],
} as const satisfies Record<ChecklistKind, readonly string[]>

export interface ChecklistStep {
  readonly step: string
  readonly at: string | null
  readonly name: string | null
  readonly note: string
}

export interface Checklist {
  readonly checklist_id: string
  readonly kind: ChecklistKind
  readonly state: 'open' | 'closed'
  readonly cause: string
  readonly opened_at: string
  readonly opened_name: string
  readonly closed_at: string | null
  readonly closed_name: string | null
  readonly note: string
  readonly steps: readonly ChecklistStep[]
}

export interface ChecklistsNow {
  readonly needed: readonly { readonly kind: ChecklistKind; readonly cause: string; readonly alert_id: string | null }[]
  readonly open: readonly Checklist[]
}

const path = (id: string) => `/v1/checklists/${encodeURIComponent(id)}`

export const getChecklistsNow = () => request<ChecklistsNow>('GET', '/v1/checklists/current')
export const getChecklists = () => request<Page<Checklist>>('GET', '/v1/checklists?limit=30')
export const openChecklist = (kind: ChecklistKind, cause: string) => request<Checklist>('POST', '/v1/checklists', { kind, cause })
export const tickStep = (id: string, step: string, done: boolean, at: string | null) => request<Checklist>('POST', `${path(id)}/steps/${step}`, { done, ...(at === null ? {} : { at }) })
export const closeChecklist = (id: string, note: string) => request<Checklist>('POST', `${path(id)}/close`, { note })
