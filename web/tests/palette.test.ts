import { readFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { palettes } from '../src/map/palette'
import { apart, contrast, hexRgb, visions } from './colours'

const themes = ['dark', 'light'] as const
/** OKLab times 100; 2 is just noticed side by side, three times that is told apart at a glance. */
const TOLD_APART = 6

/** The custom properties of a theme, as base.css has them. */
function properties(theme: (typeof themes)[number]): Record<string, string> {
  const css = readFileSync(new URL('../src/ui/base.css', import.meta.url), 'utf8')
  const block = css.match(new RegExp(`:root\\[data-theme='${theme}'\\] \\{([^}]*)\\}`))![1]!
  return Object.fromEntries([...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!]))
}

test('a measure of distance tells red from green for most eyes, and not for those who cannot', () => {
  const [red, green] = [hexRgb('#c05000'), hexRgb('#707000')]
  expect(apart(red, green, visions['usual']!)).toBeGreaterThan(10)
  expect(apart(red, green, visions['deuteranopia']!)).toBeLessThan(TOLD_APART)
  expect(contrast(hexRgb('#000000'), hexRgb('#ffffff'))).toBeCloseTo(21)
})

test.each(themes)('states of drones are told apart with every kind of colour vision: %s', (theme) => {
  const colours = Object.entries({ ...palettes[theme].state, stale: palettes[theme].stale })
  const close = Object.entries(visions).flatMap(([sight, vision]) =>
    colours.flatMap(([a, one], i) =>
      colours.slice(i + 1).flatMap(([b, other]) => {
        const distance = apart(hexRgb(one), hexRgb(other), vision)
        return distance < TOLD_APART ? [`${sight}: ${a} and ${b} ${distance.toFixed(1)}`] : []
      }),
    ),
  )
  expect(close).toEqual([])
})

test.each(themes)('every symbol stands out from land and sea: %s', (theme) => {
  const palette = palettes[theme]
  for (const colour of [...Object.values(palette.state), palette.stale, palette.accent, palette.plan]) {
    for (const ground of [palette.land, palette.sea]) expect(contrast(hexRgb(colour), hexRgb(ground)), `${colour} on ${ground}`).toBeGreaterThanOrEqual(2.9)
  }
})

test.each(themes)('words are read on every surface of the panels: %s', (theme) => {
  const found = properties(theme)
  const words = ['text', 'text-quiet', 'accent', 'alert', 'warn', ...Object.keys(found).filter((name) => name.startsWith('state-') || name.startsWith('zone-'))]
  expect(words.length).toBeGreaterThan(14)
  for (const name of words) expect(contrast(hexRgb(found[name]!), hexRgb(found['panel']!)), name).toBeGreaterThanOrEqual(4.5)
  for (const name of ['text', 'text-quiet']) expect(contrast(hexRgb(found[name]!), hexRgb(found['raised']!)), `${name} on raised`).toBeGreaterThanOrEqual(4.5)
  for (const sign of ['alert', 'warn', 'accent']) expect(contrast(hexRgb(found['text']!), hexRgb(found[`${sign}-back`]!)), sign).toBeGreaterThanOrEqual(4.5)
})

test.each(themes)('panels name a state in the colour the map draws it in: %s', (theme) => {
  const found = properties(theme)
  for (const [state, colour] of Object.entries(palettes[theme].state)) {
    expect(apart(hexRgb(colour), hexRgb(found[`state-${state}`]!), visions['usual']!), state).toBeLessThan(8)
  }
})

test('words are never made faint: only signs without words and buttons that cannot be pressed are see-through', () => {
  const root = new URL('../src/', import.meta.url)
  const sheets = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.css'))
  const faint = sheets.flatMap((name) =>
    [...readFileSync(new URL(name, root), 'utf8').matchAll(/([^{}]+)\{[^{}]*[^-]opacity: 0?\.\d/g)].flatMap(([, selectors]) =>
      selectors!.replace(/\/\*[\s\S]*?\*\//g, '').split(',').map((each) => each.trim()),
    ),
  )
  const withoutWords = ['.layer-toggle .icon', '.layer-zones', ".gantt-bar[data-dragged='true']"]
  expect(faint.filter((selector) => !selector.endsWith('[data-disabled]') && !withoutWords.includes(selector))).toEqual([])
  expect(faint).toContain('.main-button[data-disabled]')
})

test('nothing moves for somebody who asked for stillness', () => {
  const css = readFileSync(new URL('../src/ui/base.css', import.meta.url), 'utf8')
  const still = css.match(/@media \(prefers-reduced-motion: reduce\) \{([\s\S]*?)\n\}/)?.[1] ?? ''
  expect(still).toMatch(/animation(-duration)?: (none|0)/)
  expect(still).toMatch(/transition(-duration)?: (none|0)/)
})
