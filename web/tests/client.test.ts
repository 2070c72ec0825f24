import { afterEach, expect, test, vi } from 'vitest'
import { request } from '../src/api/client'

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
