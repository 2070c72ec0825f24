/** The city divided among positions, as the console reads and changes it. */

import { request } from './client'
import type { Page } from './types'

export interface SectorShape {
  readonly sector_id?: string | null
  readonly name: string
  readonly name_zh?: string | null
  readonly position_id: string
  readonly geometry?: GeoJSON.Polygon | GeoJSON.MultiPolygon | null
  readonly cells?: readonly string[] | null
  readonly lower_m?: number | null
  readonly upper_m?: number | null
  readonly datum?: 'AGL' | 'AMSL' | 'HAE'
}

export interface SectorLayout {
  readonly version: number
  readonly in_use: boolean
  readonly sectors: readonly SectorShape[]
  readonly fallback_position_id: string
  readonly transfer_timeout_s: number
  readonly note: string
  readonly published_at: string | null
  readonly published_name: string | null
}

export interface Position {
  readonly position_id: string
  readonly name: string
  readonly name_zh: string
  readonly supervises: boolean
  readonly people: readonly string[]
  readonly staff: readonly { readonly name: string; readonly since_at: string }[]
}

export interface PositionLoad {
  readonly position_id: string
  readonly name: string
  readonly name_zh: string
  readonly supervises: boolean
  readonly people: readonly { readonly name: string; readonly since_at: string }[]
  readonly sector_ids: readonly string[]
  readonly flights: number
  readonly alerts: number
  readonly alerts_waiting: number
  readonly offered_to: number
  readonly offered_by: number
}

export interface Transfer {
  readonly transfer_id: string
  readonly subject_kind: 'flight' | 'alert'
  readonly subject_id: string
  readonly from_position_id: string
  readonly to_position_id: string
  readonly state: 'offered' | 'accepted' | 'declined' | 'withdrawn' | 'timed_out'
  readonly offered_at: string
  readonly offered_name: string
  readonly expires_at: string
  readonly note: string
}

export interface OwnedFlight {
  readonly track_id: string
  readonly aircraft_id: string | null
  readonly registration: string | null
  readonly position_id: string
  readonly why: 'sector' | 'alert' | 'transfer'
  readonly sector_position_id: string
}

export interface FlightOwner extends OwnedFlight {
  readonly transfer: Transfer | null
}

export interface SectorBoard {
  readonly version: number
  readonly in_use: boolean
  readonly position_id: string | null
  readonly supervises: boolean
  readonly positions: readonly PositionLoad[]
  readonly outside_sectors: number
  readonly unwatched: { readonly flights: number; readonly items: readonly OwnedFlight[] }
  readonly transfers: readonly Transfer[]
  readonly alert_owners: readonly { readonly alert_id: string; readonly position_id: string }[]
  readonly held: readonly OwnedFlight[]
}

export interface LayoutBody {
  readonly in_use: boolean
  readonly sectors: readonly SectorShape[]
  readonly fallback_position_id: string
  readonly transfer_timeout_s: number
  readonly note: string
}

export interface PositionBody {
  readonly name: string
  readonly name_zh: string | null
  readonly supervises: boolean
  readonly people: readonly string[]
}

const id = encodeURIComponent

export const getBoard = () => request<SectorBoard>('GET', '/v1/sectors/board')
export const getLayout = () => request<SectorLayout>('GET', '/v1/sectors')
export const getLayouts = () => request<Page<SectorLayout>>('GET', '/v1/sectors/versions?limit=30')
export const putLayout = (body: LayoutBody, version: number) => request<SectorLayout>('PUT', '/v1/sectors', body, { 'If-Match': `"${version}"` })
export const assignSectors = (assignments: Readonly<Record<string, string>>, note: string) => request<SectorLayout>('POST', '/v1/sectors/assignments', { assignments, note })
export const getPositions = () => request<Page<Position>>('GET', '/v1/positions')
export const openPosition = (body: PositionBody) => request<Position>('POST', '/v1/positions', body)
export const closePosition = (positionId: string) => request<null>('DELETE', `/v1/positions/${id(positionId)}`)
export const signOn = (positionId: string) => request<Position>('POST', `/v1/positions/${id(positionId)}/sign-on`)
export const signOff = () => request<null>('POST', '/v1/positions/sign-off')
export const getOwner = (subject: { readonly aircraft_id: string } | { readonly track_id: string }) =>
  request<FlightOwner>('GET', `/v1/sectors/owner?${new URLSearchParams(subject)}`)
export const offerTransfer = (subject: { readonly aircraft_id: string } | { readonly track_id: string }, to: string) =>
  request<Transfer>('POST', '/v1/transfers', { ...subject, to_position_id: to })
export const answerTransfer = (transferId: string, answer: 'accept' | 'decline' | 'withdraw') => request<Transfer>('POST', `/v1/transfers/${id(transferId)}/${answer}`)
