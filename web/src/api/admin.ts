/** What administrators see and change: who is let in, with what, and how the system itself does. */

import { request } from './client'
import type { Page, Role } from './types'

export interface MavlinkFeed {
  readonly address: string
  readonly vehicles: number
  readonly vehicles_up: number
  readonly rate_hz: number
  readonly position_rate_hz: number
  readonly loss_pct: number | null
  readonly age_s: number | null
}

export interface LinkOfVehicle {
  readonly endpoint: string
  readonly system_id: number
  readonly up: boolean
  readonly rate_hz: number
  readonly loss_pct: number
  readonly age_s: number
}

export interface TrackFeed {
  readonly source: string
  readonly feeder_id: string | null
  readonly feeder: string | null
  readonly feeder_zh: string | null
  readonly tracks: number
  readonly age_s: number | null
  readonly rate_hz: number | null
  readonly refused_pct: number | null
}

export interface SystemFeeds {
  readonly mavlink: readonly MavlinkFeed[]
  readonly worst_links: readonly LinkOfVehicle[]
  readonly tracks: readonly TrackFeed[]
}

export type HealthState = 'ready' | 'degraded' | 'failing' | 'off'

export interface Dependency {
  readonly name: string
  readonly state: HealthState
  readonly why: string | null
  readonly why_zh: string | null
  readonly detail: Readonly<Record<string, unknown>>
}

export interface Organisation {
  readonly organisation_id: string
  readonly name: string
  readonly name_zh: string
  readonly kind: string
  readonly entitlements: readonly string[]
  readonly sandbox_of: string | null
  readonly active: boolean
}

export interface Credential {
  readonly credential_id: string
  readonly kind: string
  readonly name: string
  readonly created_at: string | null
  readonly expires_at: string | null
}

export interface Program {
  readonly client_id: string
  readonly organisation_id: string
  readonly role: Role
  readonly name: string
  readonly credentials: readonly Credential[]
}

export interface Person {
  readonly user_id: string
  readonly organisation_id: string
  readonly role: Role
  readonly name: string
  readonly totp: boolean
}

export interface Application {
  readonly application_id: string
  readonly state: 'pending' | 'approved' | 'refused'
  readonly kind: string
  readonly name: string
  readonly name_zh: string
  readonly created_at: string
  readonly reason: string | null
  readonly contact: Readonly<Record<string, string>>
}

export interface PolicyVersion {
  readonly version: number
  readonly published_at: string
  readonly published_by: string
  readonly changed: readonly string[]
  readonly policy: Readonly<Record<string, unknown>>
}

/** A plan that would not be approved under a changed policy. */
export interface TouchedPlan {
  readonly plan_id: string
  readonly aircraft_id: string | null
  readonly starts_at: string
  readonly reasons: readonly { readonly detail?: string; readonly detail_zh?: string }[]
}

export interface PolicyImpact {
  readonly counts: Readonly<Record<string, number>>
  readonly filed: readonly TouchedPlan[]
  readonly airborne: readonly TouchedPlan[]
}

const id = encodeURIComponent

export const getFeeds = () => request<SystemFeeds>('GET', '/v1/system/feeds')
export const getHealth = () => request<{ readonly items: readonly Dependency[] }>('GET', '/v1/system/health')
export const getOrganisations = () => request<Page<Organisation>>('GET', '/v1/organisations')
export interface NewOrganisation {
  readonly name: string
  readonly name_zh: string | null
  readonly role: Role
  readonly entitlements: readonly string[]
}
export const addOrganisation = (body: NewOrganisation) => request<Organisation>('POST', '/v1/organisations', body)
/** Void every token issued so far. */
export const revokeTokens = (client: string) => request<unknown>('POST', `/v1/clients/${id(client)}/revoke-tokens`, {})
/** Let a person who lost the second factor in with the password alone. */
export const resetSecondFactor = (user: string) => request<null>('DELETE', `/v1/users/${id(user)}/totp`)
export const getPrograms = (firm: string) => request<Page<Program>>('GET', `/v1/clients?organisation_id=${id(firm)}`)
export const addProgram = (firm: string, role: string, name: string) => request<Program & { readonly client_secret: string }>('POST', '/v1/clients', { organisation_id: firm, role, name })
export const removeProgram = (client: string) => request<null>('DELETE', `/v1/clients/${id(client)}`)
export const addSecret = (client: string, name: string) => request<{ readonly secret: string }>('POST', `/v1/clients/${id(client)}/credentials`, { kind: 'secret', name })
export const revokeCredential = (client: string, credential: string) => request<null>('DELETE', `/v1/clients/${id(client)}/credentials/${id(credential)}`)
export const getPeople = () => request<Page<Person>>('GET', '/v1/users')
export const addPerson = (firm: string, name: string) => request<Person & { readonly password?: string }>('POST', '/v1/users', { organisation_id: firm, name })
export const newPassword = (user: string) => request<{ readonly password: string | null }>('POST', `/v1/users/${id(user)}/password`, {})
export const removePerson = (user: string) => request<null>('DELETE', `/v1/users/${id(user)}`)
export const getApplications = () => request<Page<Application>>('GET', '/v1/applications')
export const approveApplication = (application: string) => request<Application>('POST', `/v1/applications/${id(application)}/approve`, {})
export const refuseApplication = (application: string, reason: string) => request<Application>('POST', `/v1/applications/${id(application)}/refuse`, { reason })
export const getPolicies = () => request<Page<PolicyVersion>>('GET', '/v1/policy/versions?limit=50')
export const policyImpact = (change: Readonly<Record<string, unknown>>) => request<PolicyImpact>('POST', '/v1/policy/impact', change)
export const putPolicy = (change: Readonly<Record<string, unknown>>, version: number) => request<{ readonly version: number }>('PUT', '/v1/policy', change, { 'If-Match': `"${version}"` })
