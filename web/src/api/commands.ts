/** GivenCommands to vehicles and contingencies over HTTP, shaped after the public API. */

import type { Way } from '../command/choices'
import type { GivenCommand } from '../command/commandBook'
import { request, type Answer } from './client'
import type { DecisionReason, Page, Problem } from './types'

/** Orders that need nothing but the press, and may be given to several at once. */
export const commandTypes = ['hold', 'resume', 'rtl', 'land'] as const
/** Orders to one vehicle for which something is chosen first. */
export const divertTypes = ['land_at_site', 'reroute'] as const
/** What is seldom needed; a mission before the flight is its firm's to write. */
export const moreTypes = ['upload_geofence', 'set_message_rates', 'upload_plan'] as const
export type CommandType = (typeof commandTypes)[number]

/** What is asked of a vehicle: the type and the members it takes. */
export interface CommandBody {
  readonly type: string
  readonly [member: string]: unknown
}

export interface Grounds {
  readonly reason?: string
  readonly override?: string
  readonly confirmation_token?: string
}

/** A flight, an offer on hold or another order in the way, named as the reader may know it. */
export interface AffectedFlight {
  readonly ref: string
  readonly aircraft_id: string | null
  readonly state: string
  readonly starts_at: string
  readonly horizontal_m: number
  readonly vertical_m: number
}

export interface Recommended extends CommandBody {
  readonly detail: string
  readonly detail_zh: string
}

/** What one order would do. */
export interface Effect {
  readonly aircraft_id: string
  readonly type: string
  readonly detail: string
  readonly detail_zh: string
  readonly allowed: boolean
  readonly starts_at?: string | null
  readonly ends_at?: string | null
  readonly reasons?: readonly DecisionReason[]
  readonly affected?: readonly AffectedFlight[]
  readonly recommended?: Recommended | null
  readonly volumes?: readonly EffectVolume[]
  /** Of an order to several: why this one cannot be commanded. */
  readonly problem?: Problem | null
}

/** A piece of airspace that an order would take. */
export interface EffectVolume {
  readonly volume: {
    readonly outline_polygon?: { readonly vertices: readonly { readonly lat: number; readonly lng: number }[] } | null
    readonly outline_circle?: { readonly center: { readonly lat: number; readonly lng: number }; readonly radius: { readonly value: number } } | null
  }
}

export interface Told {
  readonly effects: readonly Effect[]
  readonly confirmation_required?: boolean
  readonly confirmation_token?: string | null
}

/** A refusal to give an order may carry what the order would do, and the token of the second step. */
export type CommandProblem = Problem & Partial<Told>

const commandsOf = (aircraftId: string) => `/v1/aircraft/${encodeURIComponent(aircraftId)}/commands`

/** What an order would do; nothing is sent to the vehicle. */
export const checkCommand = (aircraftId: string, body: CommandBody, grounds: Pick<Grounds, 'reason'>): Promise<Answer<Told>> =>
  request<Told>('POST', `${commandsOf(aircraftId)}/check`, { ...body, ...grounds })

export const giveCommand = (aircraftId: string, body: CommandBody, grounds: Grounds): Promise<Answer<GivenCommand>> =>
  request<GivenCommand>('POST', commandsOf(aircraftId), { ...body, ...grounds })

/** Ways the vehicle's flight could take instead, each approved as things stand. */
export const getReroutes = (aircraftId: string): Promise<Answer<{ readonly plan_id: string; readonly items: readonly Way[] }>> =>
  request('GET', `/v1/aircraft/${encodeURIComponent(aircraftId)}/reroutes`)

export interface MassBody {
  readonly aircraft_id: string
  readonly type: string
}

export interface MassAnswer {
  readonly items: readonly { readonly aircraft_id: string; readonly command: GivenCommand | null; readonly problem: Problem | null }[]
}

/** What orders to several vehicles would do, judged jointly; nothing is sent. */
export const checkOrders = (commands: readonly MassBody[], grounds: Pick<Grounds, 'reason'>): Promise<Answer<Told>> =>
  request<Told>('POST', '/v1/commands/mass?dry_run=true', { commands, ...grounds })

export const giveOrders = async (commands: readonly MassBody[], grounds: Grounds): Promise<{ readonly ok: true; readonly value: MassAnswer } | { readonly ok: false; readonly problem: CommandProblem }> =>
  request<MassAnswer>('POST', '/v1/commands/mass', { commands, ...grounds })

/** The last orders to an aircraft. */
export const getCommands = (aircraftId: string): Promise<Answer<Page<GivenCommand>>> =>
  request<Page<GivenCommand>>('GET', `/v1/commands?${new URLSearchParams({ aircraft_id: aircraftId, limit: '5' })}`)

/** The body that a recommendation stands for, without the words about it. */
export function bodyOf(recommended: Recommended): CommandBody {
  const left = new Set(['aircraft_id', 'detail', 'detail_zh'])
  return { ...Object.fromEntries(Object.entries(recommended).filter(([name]) => !left.has(name))), type: recommended.type }
}

export const contingencyKinds = ['lost_link', 'nonconformance', 'low_energy', 'gnss_loss', 'pad_blocked', 'engine_failure', 'emergency'] as const

export interface InTheWay {
  readonly plan_id: string
  readonly aircraft_id: string | null
  readonly recommended_action: string
  readonly advisory_state?: string | null
}

export interface Contingency {
  readonly contingency_id: string
  readonly plan_id: string
  readonly aircraft_id: string | null
  readonly kind: string
  readonly procedure: string
  readonly state: string
  readonly declared_at?: string | null
  readonly detected_at?: string | null
  readonly note?: string | null
  readonly recommended_action: string
  /** For the operations centre: who is in the way. */
  readonly affected?: readonly InTheWay[]
  readonly action_list_id?: string | null
}

/** Contingencies that are open or wait for a decision. */
export const getContingencies = (): Promise<Answer<Page<Contingency>>> => request<Page<Contingency>>('GET', '/v1/contingencies?state=proposed,open&limit=200')

export const decideContingency = (id: string, verdict: 'accept' | 'dismiss', reason: string | null = null): Promise<Answer<Contingency>> =>
  request<Contingency>('POST', `/v1/contingencies/${encodeURIComponent(id)}/${verdict}`, reason === null ? undefined : { reason })

/** One action of a list: what one flight in the way should do. */
export interface ListedAction {
  readonly item_id: string
  readonly plan_id: string
  readonly aircraft_id: string | null
  readonly action: string
  readonly state: string
}

export interface ActionList {
  readonly action_list_id: string
  readonly items: readonly ListedAction[]
}

export type ActionsProblem = Problem & { readonly effects?: readonly ListedAction[]; readonly confirmation_token?: string }

/** Without items all that wait; a reason only where a supervisor acts on flights of other positions. */
export const executeActions = (id: string, token: string | null, items: readonly string[] | null = null, reason: string | null = null): Promise<Answer<ActionList>> =>
  request<ActionList>('POST', `/v1/action-lists/${encodeURIComponent(id)}/execute`, {
    ...(token === null ? {} : { confirmation_token: token }),
    ...(items === null ? {} : { items }),
    ...(reason === null ? {} : { reason }),
  })
