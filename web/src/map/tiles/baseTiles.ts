/**
 * The ground a city brings itself: raster tiles by address, or PMTiles archives, under everything else.
 *
 * The service says which (HEXLANE_MAP_TILES); without any, nothing here runs and nobody is asked. Tiles drawn in GCJ-02
 * are moved to WGS-84 as they are loaded: all other things on the map are WGS-84 and stay where they are.
 */

import { addProtocol, type LayerSpecification, type SourceSpecification } from 'maplibre-gl'
import { FONT } from '../images'
import type { Palette } from '../palette'
import { gcjTile, sourceTileIds, TILE_PX, type TileId } from './gcjTile'
import { gcjVectorTile } from './gcjVectorTile'
import { PmtilesArchive, rangesOf, type TileType } from './pmtiles'

export interface TileSettings {
  readonly sources: readonly { readonly kind: 'raster' | 'vector' | 'pmtiles'; readonly url: string }[]
  readonly datum: 'WGS84' | 'GCJ02'
  readonly attribution: string
  readonly max_zoom: number
}

/** A layer of tiles as the map can take it: pictures, or vectors in the basemap schema of Protomaps. */
export interface Ground {
  readonly nth: number
  readonly type: 'raster' | 'vector'
  readonly max_zoom: number
}

const PROTOCOL = 'hexlane-tiles'
const pictures: readonly TileType[] = ['png', 'jpeg', 'webp', 'avif']

export const tileUrl = (template: string, { z, x, y }: TileId): string =>
  template.replaceAll('{z}', String(z)).replaceAll('{x}', String(x)).replaceAll('{y}', String(y))

/** Bytes of a tile; null where its owner has none. */
type Load = (tile: TileId, signal: AbortSignal | null) => Promise<ArrayBuffer | null>

const byAddress =
  (template: string): Load =>
  async (tile, signal) => {
    const answer = await fetch(tileUrl(template, tile), { credentials: 'omit', referrerPolicy: 'no-referrer', signal })
    if (answer.status === 404 || answer.status === 204) return null
    if (!answer.ok) throw new Error(`a map tile was refused: ${answer.status}`)
    return answer.arrayBuffer()
  }

const bitmap = async (bytes: ArrayBuffer | null): Promise<ImageBitmap | null> => (bytes === null ? null : createImageBitmap(new Blob([bytes])))

const readTile = (url: string): { readonly nth: number; readonly tile: TileId } => {
  const [nth, z, x, y] = url.slice(PROTOCOL.length + 3).split('/').map(Number)
  return { nth: nth!, tile: { z: z!, x: x!, y: y! } }
}

/** Make the tiles of these settings loadable and say what each is; rejects where an archive cannot be read. */
export async function openGround(settings: TileSettings): Promise<readonly Ground[]> {
  const loads: Load[] = []
  const found = await Promise.all(
    settings.sources.map(async ({ kind, url }, nth): Promise<Ground> => {
      if (kind !== 'pmtiles') {
        loads[nth] = byAddress(url)
        return { nth, type: kind, max_zoom: settings.max_zoom }
      }
      const archive = new PmtilesArchive(rangesOf(new URL(url, window.location.href).href))
      loads[nth] = (tile) => archive.tile(tile)
      const { type, max_zoom } = await archive.header()
      if (type !== 'mvt' && !pictures.includes(type)) throw new Error(`tiles of the kind ${type} cannot be drawn`)
      return { nth, type: type === 'mvt' ? 'vector' : 'raster', max_zoom: Math.min(settings.max_zoom, max_zoom) }
    }),
  )
  addProtocol(PROTOCOL, async ({ url }, { signal }) => {
    const { nth, tile } = readTile(url)
    const [load, ground] = [loads[nth]!, found[nth]!]
    const moved = settings.datum === 'GCJ02'
    if (ground.type === 'vector') {
      if (moved) return { data: await gcjVectorTile(tile, sourceTileIds(tile), (each) => load(each, signal)) }
      return { data: (await load(tile, signal)) ?? new ArrayBuffer(0) }
    }
    if (moved) return { data: await gcjTile(tile, async (each) => bitmap(await load(each, signal))) }
    return { data: (await bitmap(await load(tile, signal))) ?? (await createImageBitmap(new ImageData(1, 1))) }
  })
  return found
}

const sourceId = (nth: number): string => `ground-${nth}`

export const groundSources = (ground: readonly Ground[], attribution: string): Record<string, SourceSpecification> =>
  Object.fromEntries(
    ground.map(({ nth, type, max_zoom }) => [
      sourceId(nth),
      { type, tiles: [`${PROTOCOL}://${nth}/{z}/{x}/{y}`], maxzoom: max_zoom, attribution, ...(type === 'raster' ? { tileSize: TILE_PX } : {}) } as SourceSpecification,
    ]),
  )

/** The layers of the ground in one theme. Pictures are quieted at night, so that what flies stands out. */
export function groundLayers(ground: readonly Ground[], p: Palette, lang: string): LayerSpecification[] {
  return ground.flatMap(({ nth, type }) => (type === 'raster' ? [rasterLayer(nth, p)] : vectorLayers(nth, p, lang)))
}

const rasterLayer = (nth: number, p: Palette): LayerSpecification => ({
  id: `ground-${nth}`,
  type: 'raster',
  source: sourceId(nth),
  paint: p.dark
    ? { 'raster-brightness-max': 0.42, 'raster-saturation': -0.75, 'raster-contrast': 0.1, 'raster-fade-duration': 0 }
    : { 'raster-saturation': -0.55, 'raster-fade-duration': 0 },
})

function vectorLayers(nth: number, p: Palette, lang: string): LayerSpecification[] {
  const from = { source: sourceId(nth) }
  const id = (name: string) => `ground-${nth}-${name}`
  const named = lang === 'zh-CN' ? ['coalesce', ['get', 'name:zh-Hans'], ['get', 'name:zh'], ['get', 'name']] : ['coalesce', ['get', 'name:en'], ['get', 'name']]
  const layers = [
    { id: id('earth'), type: 'fill', ...from, 'source-layer': 'earth', paint: { 'fill-color': p.land } },
    { id: id('water'), type: 'fill', ...from, 'source-layer': 'water', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': p.sea } },
    { id: id('buildings'), type: 'fill', ...from, 'source-layer': 'buildings', minzoom: 14, paint: { 'fill-color': p.apron } },
    { id: id('roads'), type: 'line', ...from, 'source-layer': 'roads', paint: { 'line-color': p.coast, 'line-width': ['interpolate', ['linear'], ['zoom'], 9, 0.4, 15, 2.2] } },
    { id: id('boundaries'), type: 'line', ...from, 'source-layer': 'boundaries', paint: { 'line-color': p.boundary, 'line-width': 1, 'line-dasharray': [5, 2, 1, 2] } },
    {
      id: id('places'),
      type: 'symbol',
      ...from,
      'source-layer': 'places',
      layout: { 'text-field': named, 'text-font': [FONT], 'text-size': 12, 'text-padding': 6 },
      paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.4 },
    },
  ]
  return layers as LayerSpecification[]
}
