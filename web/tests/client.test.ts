import { afterEach, expect, test, vi } from 'vitest'
import { request, shelveAlert } from '../src/api/client'

const answering = (response: Partial<Response>) => vi.stubGlobal('fetch', async () => response)
afterEach(() => vi.unstubAllGlobals())

test('an answer cut off in the middle is no answer, and never an empty one', async () => {
  answering({ ok: true, status: 200, text: () => Promise.reject(new TypeError('network error')) })
  expect(await request('GET', '/v1/checklists/current')).toEqual({ ok: false, status: 0, problem: { code: 'service_unreachable' } })
})

test('an answer without content is done', async () => {
  answering({ ok: true, status: 204, text: () => Promise.resolve('') })
  expect(await request('DELETE', '/v1/users/u')).toEqual({ ok: true, value: null })
})

test('an alert is put aside for as long as was chosen on the clock of the service, whatever this machine’s says', async () => {
  const sent: unknown[] = []
  vi.stubGlobal('fetch', async (_path: string, init: RequestInit) => {
    sent.push(JSON.parse(String(init.body)))
    return { ok: true, status: 200, text: () => Promise.resolve('{}') }
  })
  await shelveAlert('al_1', Date.parse('2031-03-02T08:00:00Z'), 15, 'AB')
  expect(sent).toEqual([{ until: '2031-03-02T08:15:00.000Z', initials: 'AB' }])
})
