import { expect, test } from 'vitest'
import { hear, nothingHeard, REPEAT_MS } from '../src/alerts/alertSound'
import { listed } from '../src/alerts/alertBook'
import type { Alert } from '../src/api/types'

const alert = (alert_id: string, severity: Alert['severity'], status: Alert['status'] = 'raised'): Alert => ({ alert_id, kind: 'x', severity, status, raised_at: '', detail: '', detail_zh: '' })
const book = (...alerts: Alert[]) => listed(new Map(), alerts)

test('what is known when a shift begins is silent, what comes after is heard once', () => {
  const first = hear(null, book(alert('a', 'warning')), 0)
  expect(first.tone).toBeNull()
  const second = hear(first.heard, book(alert('a', 'warning'), alert('b', 'caution')), 1_000)
  expect(second.tone).toBe('caution')
  expect(hear(second.heard, book(alert('a', 'warning'), alert('b', 'caution')), 2_000).tone).toBeNull()
})

test('an alert that grows graver is heard again, one that is acknowledged, shelved or advisory is not', () => {
  const { heard } = hear(null, book(alert('a', 'caution')), 0)
  expect(hear(heard, book(alert('a', 'warning')), 1_000).tone).toBe('warning')
  expect(hear(heard, book(alert('a', 'emergency', 'acknowledged'), alert('s', 'warning', 'shelved'), alert('o', 'advisory')), 1_000).tone).toBeNull()
})

test('of several the gravest is heard, and an emergency again until somebody answers it', () => {
  const { tone, heard } = hear(nothingHeard, book(alert('a', 'caution'), alert('b', 'emergency')), 0)
  expect(tone).toBe('emergency')
  expect(hear(heard, book(alert('b', 'emergency')), REPEAT_MS - 1).tone).toBeNull()
  expect(hear(heard, book(alert('b', 'emergency')), REPEAT_MS).tone).toBe('emergency')
  expect(hear(heard, book(alert('b', 'emergency', 'acknowledged')), REPEAT_MS).tone).toBeNull()
})

test('an effect is told by its cause while that is open and as grave, and by itself when it is graver', () => {
  const cause = { ...alert('c', 'warning', 'acknowledged'), group_id: 'c' }
  const effect = (severity: Alert['severity']) => ({ ...alert('e', severity), group_id: 'c' })
  expect(hear(nothingHeard, book(cause, effect('caution')), 0).tone).toBeNull()
  expect(hear(nothingHeard, book(cause, effect('emergency')), 0).tone).toBe('emergency')
  expect(hear(nothingHeard, book(effect('caution')), 0).tone).toBe('caution')
})
