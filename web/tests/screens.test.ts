import { expect, test, vi } from 'vitest'
import { screenUrl, writeUrl } from '../src/app/urlState'
import { areas, catalogue } from '../src/i18n/catalogue'
import { bindings } from '../src/app/shortcuts'

// The registry brings the map, which asks for a browser; what it holds is told without one.
vi.mock('maplibre-gl', () => ({ Map: class {}, setWorkerUrl: () => {} }))
vi.mock('maplibre-gl/dist/maplibre-gl-worker.mjs?url', () => ({ default: '' }))

test('going to another screen keeps language, theme, view and hidden layers, and drops what belonged to the last one', () => {
  const search = '?lang=en&theme=light&view=22.5,114,12&hide=zones&track=trk_1&screen=replay&at=5'
  expect(screenUrl(search, 'approvals')).toBe('?screen=approvals&lang=en&theme=light&view=22.5,114,12&hide=zones')
  expect(screenUrl('?track=trk_1', null)).toBe('')
  expect(screenUrl('?lang=en', null, { plan: 'pl_1' })).toBe('?lang=en&plan=pl_1')
})

test('what the map writes into the address leaves the screen there alone', () => {
  expect(writeUrl('?screen=approvals&plan=pl_1', { lang: 'en' })).toBe('?screen=approvals&plan=pl_1&lang=en')
})

// Reading the registry reads the map engine: seconds on a busy machine.
test('every screen has its own id and letter, words, and a screen that nobody may see is a mistake', { timeout: 60_000 }, async () => {
  const { screens, screenOf, home, screensFor } = await import('../src/screens/registry')
  expect(new Set(screens.map(({ id }) => id)).size).toBe(screens.length)
  expect(new Set(screens.map(({ letter }) => letter)).size).toBe(screens.length)
  for (const { letter, title, roles } of screens) {
    expect(letter).toMatch(/^[a-z]$/)
    expect(letter).not.toBe('g')
    expect(Object.hasOwn(catalogue, title)).toBe(true)
    expect(roles.length).toBeGreaterThan(0)
  }
  expect(screenOf('no such screen')).toBe(home)
  expect(screensFor('supplier')).toContain(home)
  expect(bindings).not.toHaveProperty('g')
})

test('a key belongs to one area of the catalogue only', () => {
  const keys = Object.values(areas).flatMap((area) => Object.keys(area))
  expect(keys.length).toBe(new Set(keys).size)
  expect(keys.length).toBe(Object.keys(catalogue).length)
})
