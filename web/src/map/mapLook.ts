/** Colours, words, images and visibility of what the map draws, changed in place. */

import type { Map as MapLibreMap } from 'maplibre-gl'
import { places } from '../city/shenzhen'
import type { Lang } from '../i18n/translate'
import { FONT, mapImages, RATIO } from './images'
import { palettes, type Theme } from './palette'
import { layerGroups, mapLayers } from './style'
import type { Ground } from './tiles/baseTiles'

/** MapLibre types the setters by property name; walking over a style's entries needs them by string. */
interface Restylable {
  setPaintProperty(layer: string, name: string, value: unknown): void
  setLayoutProperty(layer: string, name: string, value: unknown): void
}

/** Load the font's pieces that the canvas and the map's labels need; canvases do not wait for fonts by themselves. */
export async function loadFonts(): Promise<void> {
  const words = `${places.map((place) => place.zh + place.en).join('')}禁批限放PACN0123456789 UAS·椭球高米秒前计划位置冲突处最近点空已关闭`
  // A piece that does not come now leaves its words to another font; the map is drawn all the same.
  await Promise.allSettled([400, 600].map((weight) => document.fonts.load(`${weight} 16px "${FONT}"`, words)))
}

/** Draw the map's images in the colours of a theme; all of them, or the one that is missing. */
export function addImages(map: MapLibreMap, theme: Theme, lang: Lang, only?: string): void {
  for (const image of mapImages(palettes[theme], lang)) {
    if (only !== undefined && image.name !== only) continue
    if (map.hasImage(image.name)) map.updateImage(image.name, image.data)
    else map.addImage(image.name, image.data, { pixelRatio: RATIO })
  }
}

export function restyle(map: MapLibreMap, theme: Theme, lang: Lang, ground: readonly Ground[]): void {
  const setters = map as unknown as Restylable
  for (const layer of mapLayers(palettes[theme], lang, ground)) {
    for (const [name, value] of Object.entries(layer.paint ?? {})) setters.setPaintProperty(layer.id, name, value)
    for (const [name, value] of Object.entries(layer.layout ?? {})) setters.setLayoutProperty(layer.id, name, value)
  }
}

export function showGroups(map: MapLibreMap, hidden: ReadonlySet<string>): void {
  for (const [group, layers] of Object.entries(layerGroups)) {
    const visibility = hidden.has(group) ? 'none' : 'visible'
    for (const layer of layers) (map as unknown as Restylable).setLayoutProperty(layer, 'visibility', visibility)
  }
}

/** Mark the features of a source that are selected or spoken of, and no others. */
export function markSelected(map: MapLibreMap, source: 'zones' | 'sites', ids: readonly (string | null | undefined)[]): void {
  map.removeFeatureState({ source })
  for (const id of ids) if (id != null) map.setFeatureState({ source, id }, { selected: true })
}
