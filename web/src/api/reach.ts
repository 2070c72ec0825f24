/** Who is reached outside the console, and where events are sent: what was sent, and what was given up. */

import { request } from './client'
import type { Page } from './types'

export const dutyChannels = ['webhook', 'email', 'sms', 'dingtalk', 'wecom'] as const
export type DutyChannel = (typeof dutyChannels)[number]
export type SentState = 'waiting' | 'sending' | 'delivered' | 'dead'

export interface DutyContact {
  readonly contact_id: string
  readonly name: string
  readonly channel: DutyChannel
  readonly address: string
  readonly level: number
  readonly severity: string
  readonly on_duty: boolean
  readonly active: boolean
  readonly available: boolean
  readonly last_ok_at: string | null
  readonly last_error: string | null
}

export interface NewDutyContact {
  readonly name: string
  readonly channel: DutyChannel
  readonly address: string
  readonly level: number
  readonly language: 'zh' | 'en'
}

export interface DutyMessage {
  readonly message_id: string
  readonly contact_name: string | null
  readonly channel: string
  readonly title: string
  readonly state: SentState
  readonly attempts: number
  readonly error: string | null
  readonly created_at: string
}

export interface Webhook {
  readonly webhook_id: string
  readonly url: string
  readonly topics: readonly string[]
  readonly state: 'unverified' | 'active' | 'off' | 'refused'
  readonly cause: string | null
  readonly last_delivered_at: string | null
}

export interface Delivery {
  readonly delivery_id: string
  readonly topic: string
  readonly state: SentState
  readonly attempts: number
  readonly status: number | null
  readonly error: string | null
  readonly created_at: string
}

const id = encodeURIComponent

export const getDutyContacts = () => request<Page<DutyContact>>('GET', '/v1/duty/contacts')
export const addDutyContact = (body: NewDutyContact) => request<DutyContact & { readonly secret: string | null }>('POST', '/v1/duty/contacts', body)
export const removeDutyContact = (contact: string) => request<null>('DELETE', `/v1/duty/contacts/${id(contact)}`)
/** Send a test message now; the answer says how that went. */
export const testDutyContact = (contact: string) => request<DutyMessage>('POST', `/v1/duty/contacts/${id(contact)}/test`, {})
export const getDutyMessages = () => request<Page<DutyMessage>>('GET', '/v1/duty/messages?limit=20')
export const retryDutyMessage = (message: string) => request<unknown>('POST', `/v1/duty/messages/${id(message)}/retry`, {})
export const getWebhooks = () => request<Page<Webhook>>('GET', '/v1/webhooks')
export const addWebhook = (url: string) => request<Webhook & { readonly secret: string }>('POST', '/v1/webhooks', { url })
export const removeWebhook = (webhook: string) => request<null>('DELETE', `/v1/webhooks/${id(webhook)}`)
export const getDead = (webhook: string) => request<Page<Delivery>>('GET', `/v1/webhooks/${id(webhook)}/deliveries?state=dead&limit=50`)
export const retryDelivery = (webhook: string, delivery: string) => request<unknown>('POST', `/v1/webhooks/${id(webhook)}/deliveries/${id(delivery)}/retry`, {})
