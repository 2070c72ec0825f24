/**
 * Makes every length of the console's own styles a multiple of `--px`, so that one line makes a 4K screen readable.
 *
 * Hairlines (up to 2 px) stay as thin as they are; conditions of media queries are left alone.
 */

import type { Plugin } from 'vite'

const HAIRLINE_PX = 2

export const scaledPx = (css: string): string =>
  css
    .split('\n')
    .map((line) =>
      /^\s*(@|--px:)/.test(line)
        ? line
        : line.replace(/(?<![\w.#-])(-?\d*\.?\d+)px\b/g, (whole, value: string) => (Math.abs(Number(value)) <= HAIRLINE_PX ? whole : `calc(${value} * var(--px))`)),
    )
    .join('\n')

export function scaledPxPlugin(): Plugin {
  return {
    name: 'scaled-px',
    enforce: 'pre',
    transform: (code, id) => (/\/web\/src\/.*\.css$/.test(id) ? { code: scaledPx(code), map: null } : null),
  }
}
