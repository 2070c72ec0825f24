import { expect, test } from 'vitest'
import type { FaultKind } from '../src/api/faults'
import { keyFor } from '../src/i18n/translate'
import { faultBody, readLasts, readValue } from '../src/fault/faultForm'

const direction = { name: 'direction', text: 'which way', text_zh: '方向', default: 'both', one_of: ['both', 'up', 'down'] } as const
const loss = { name: 'loss_pct', text: 'share lost', text_zh: '丢包率', default: 20, minimum: 0, maximum: 100 } as const
const kind: FaultKind = { kind: 'packet_loss', text: 'datagrams are lost', text_zh: '随机丢包', values: [loss, direction] }

test('a value keeps within the bounds its kind tells, and an empty field is the default', () => {
  expect(readValue(loss, '')).toEqual({ value: 20 })
  expect(readValue(loss, ' 35.5 ')).toEqual({ value: 35.5 })
  expect(readValue(loss, '0')).toEqual({ value: 0 })
  expect(readValue(loss, '100.1')).toEqual({ fault: 'range' })
  expect(readValue(loss, '-1')).toEqual({ fault: 'range' })
  expect(readValue(loss, 'most')).toEqual({ fault: 'number' })
})

test('a word is one of those the kind knows, any text where it names none', () => {
  expect(readValue(direction, 'up')).toEqual({ value: 'up' })
  expect(readValue(direction, 'sideways')).toEqual({ fault: 'word' })
  expect(readValue({ name: 'commands', text: '', text_zh: '', default: 'all' }, '22, 21')).toEqual({ value: '22, 21' })
})

test('how long it lasts is positive seconds, or open', () => {
  expect(readLasts('')).toEqual({ value: null })
  expect(readLasts('60')).toEqual({ value: 60 })
  expect(readLasts('0')).toEqual({ fault: 'range' })
  expect(readLasts('604801')).toEqual({ fault: 'range' })
  expect(readLasts('long')).toEqual({ fault: 'number' })
})

test('a request holds every value, and is none while a field is at fault or no vehicle is chosen', () => {
  expect(faultBody('demo1', kind, { loss_pct: '50' }, '30')).toEqual({
    vehicle_id: 'demo1',
    kind: 'packet_loss',
    lasts_s: 30,
    values: { loss_pct: 50, direction: 'both' },
  })
  expect(faultBody('demo1', { ...kind, kind: 'gnss_loss', values: [] }, {}, '')).toEqual({ vehicle_id: 'demo1', kind: 'gnss_loss' })
  expect(faultBody('demo1', kind, { loss_pct: '500' }, '30')).toBeNull()
  expect(faultBody('demo1', kind, {}, '-3')).toBeNull()
  expect(faultBody('', kind, {}, '30')).toBeNull()
})

test('the kinds and words of the simulator have names in both languages', () => {
  const kinds = ['lost_link', 'packet_loss', 'delay', 'gps_jump', 'gps_drift', 'gnss_loss', 'battery_sag', 'motor_failure', 'stuck_mode', 'clock_skew', 'refuse_commands', 'ignore_commands']
  for (const item of kinds) expect(keyFor('fault_kind_', item), item).not.toBeNull()
  for (const word of ['both', 'up', 'down', 'lands', 'falls', 'accepted', 'failed', 'denied', 'temporarily_rejected', 'unsupported', 'yes', 'no']) {
    expect(keyFor('fault_word_', word), word).not.toBeNull()
  }
})
