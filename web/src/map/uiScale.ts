/** How much larger than usual the map's words and signs are: as much as those of the panels (`--px` in ui/base.css). */

import type { LayerSpecification } from 'maplibre-gl'

export const LARGE_FROM_PX = 2800
export const LARGE = 1.45

/** Decided once, when the page is opened: a wall of four thousand pixels does not change its size. */
export const uiScale: number = typeof window !== 'undefined' && window.matchMedia(`(min-width: ${LARGE_FROM_PX}px)`).matches ? LARGE : 1

/** A size, or one interpolated over the zoom, made larger. */
function larger(size: unknown, scale: number): unknown {
  if (typeof size === 'number') return size * scale
  // ['interpolate', kind, input, zoom, size, zoom, size …]: sizes stand at even places from the fourth on.
  if (Array.isArray(size) && size[0] === 'interpolate') return size.map((part: unknown, i) => (i >= 4 && i % 2 === 0 && typeof part === 'number' ? part * scale : part))
  return size
}

/** A layer with its words and signs made larger. */
export function enlarged(layer: LayerSpecification, scale: number = uiScale): LayerSpecification {
  if (scale === 1) return layer
  if (layer.type === 'circle') return { ...layer, paint: { ...layer.paint, ...(layer.paint?.['circle-radius'] === undefined ? {} : { 'circle-radius': larger(layer.paint['circle-radius'], scale) }) } } as LayerSpecification
  if (layer.type !== 'symbol') return layer
  const layout = { ...layer.layout } as Record<string, unknown>
  if (layout['text-size'] !== undefined) layout['text-size'] = larger(layout['text-size'], scale)
  if (layout['icon-image'] !== undefined) layout['icon-size'] = larger(layout['icon-size'] ?? 1, scale)
  return { ...layer, layout } as LayerSpecification
}
