import { expect, test } from 'vitest'
import { hear, nothingHeard, REPEAT_MS } from '../src/alerts/alertSound'
import type { Alert } from '../src/api/types'

const alert = (alert_id: string, severity: Alert['severity'], status: Alert['status'] = 'raised'): Alert => ({ alert_id, kind: 'x', severity, status, raised_at: '', detail: '', detail_zh: '' })

test('what is known when a shift begins is silent, what comes after is heard once', () => {
  const first = hear(null, [alert('a', 'warning')], 0)
  expect(first.tone).toBeNull()
  const second = hear(first.heard, [alert('a', 'warning'), alert('b', 'caution')], 1_000)
  expect(second.tone).toBe('caution')
  expect(hear(second.heard, [alert('a', 'warning'), alert('b', 'caution')], 2_000).tone).toBeNull()
})

test('an alert that grows graver is heard again, one that is acknowledged, shelved or advisory is not', () => {
  const { heard } = hear(null, [alert('a', 'caution')], 0)
  expect(hear(heard, [alert('a', 'warning')], 1_000).tone).toBe('warning')
  expect(hear(heard, [alert('a', 'emergency', 'acknowledged'), alert('s', 'warning', 'shelved'), alert('o', 'advisory')], 1_000).tone).toBeNull()
})

test('of several the gravest is heard, and an emergency again until somebody answers it', () => {
  const { tone, heard } = hear(nothingHeard, [alert('a', 'caution'), alert('b', 'emergency')], 0)
  expect(tone).toBe('emergency')
  expect(hear(heard, [alert('b', 'emergency')], REPEAT_MS - 1).tone).toBeNull()
  expect(hear(heard, [alert('b', 'emergency')], REPEAT_MS).tone).toBe('emergency')
  expect(hear(heard, [alert('b', 'emergency', 'acknowledged')], REPEAT_MS).tone).toBeNull()
})
