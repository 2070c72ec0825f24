/**
 * A WGS-84 tile put together from the GCJ-02 tiles that show the same ground.
 *
 * Within a square of a tile the shift is a straight line to a twentieth of a pixel: 256 pixels wide from zoom 14 on, 64 where
 * a tile is larger than the waves of the shift. Three corners say where the pixels of a square come from, one affine map each.
 */

import { latFromMercator, lonFromMercator, mercatorX, mercatorY } from '../../live/mercator'
import { gcj02FromWgs84 } from './gcj02'

export const TILE_PX = 256

export interface TileId {
  readonly z: number
  readonly x: number
  readonly y: number
}

/** Where pixels of a tile come from: source pixel of the world = origin + across * u + down * v. */
export interface Shift {
  readonly origin: readonly [number, number]
  readonly across: readonly [number, number]
  readonly down: readonly [number, number]
}

/** Pixel of the GCJ-02 world at a zoom that shows what pixel (u, v) of a WGS-84 tile shows, by the conversion itself. */
export function sourcePixel({ z, x, y }: TileId, u: number, v: number): [number, number] {
  const world = TILE_PX * 2 ** z
  const [mx, my] = [(x * TILE_PX + u) / world, (y * TILE_PX + v) / world]
  const at = gcj02FromWgs84({ lon_deg: lonFromMercator(mx), lat_deg: latFromMercator(my) })
  return [mercatorX(at.lon_deg) * world, mercatorY(at.lat_deg) * world]
}

/** A square of a tile, in its pixels. */
export interface Part {
  readonly u: number
  readonly v: number
  readonly size: number
}

const WHOLE: Part = { u: 0, v: 0, size: TILE_PX }

export function partsOf({ z }: TileId): readonly Part[] {
  const cut = z < 14 ? 4 : 1
  const size = TILE_PX / cut
  return Array.from({ length: cut * cut }, (_, i) => ({ u: (i % cut) * size, v: Math.floor(i / cut) * size, size }))
}

export function shiftOf(tile: TileId, { u, v, size }: Part = WHOLE): Shift {
  const [o, a, d] = [sourcePixel(tile, u, v), sourcePixel(tile, u + size, v), sourcePixel(tile, u, v + size)]
  const across: [number, number] = [(a[0] - o[0]) / size, (a[1] - o[1]) / size]
  const down: [number, number] = [(d[0] - o[0]) / size, (d[1] - o[1]) / size]
  return { origin: [o[0] - across[0] * u - down[0] * v, o[1] - across[1] * u - down[1] * v], across, down }
}

export const mapped = ({ origin, across, down }: Shift, u: number, v: number): [number, number] => [
  origin[0] + across[0] * u + down[0] * v,
  origin[1] + across[1] * u + down[1] * v,
]

/** The GCJ-02 tiles a WGS-84 tile is made of, north-west first: first column and row, and how many of each. */
export function sourceTiles(tile: TileId): { readonly x: number; readonly y: number; readonly columns: number; readonly rows: number } {
  const corners = [sourcePixel(tile, 0, 0), sourcePixel(tile, TILE_PX, 0), sourcePixel(tile, 0, TILE_PX), sourcePixel(tile, TILE_PX, TILE_PX)]
  const last = 2 ** tile.z - 1
  const span = (axis: 0 | 1): [number, number] => {
    const values = corners.map((corner) => corner[axis])
    // Pixels more on either side: the edge between two corners bends, and smoothing looks at the neighbours.
    const inside = (value: number) => Math.min(last, Math.max(0, Math.floor(value / TILE_PX)))
    return [inside(Math.min(...values) - 2), inside(Math.max(...values) + 2)]
  }
  const [[x0, x1], [y0, y1]] = [span(0), span(1)]
  return { x: x0, y: y0, columns: x1 - x0 + 1, rows: y1 - y0 + 1 }
}

/** Their ids, row by row. */
export function sourceTileIds(tile: TileId): TileId[] {
  const { x, y, columns, rows } = sourceTiles(tile)
  return Array.from({ length: columns * rows }, (_, i) => ({ z: tile.z, x: x + (i % columns), y: y + Math.floor(i / columns) }))
}

/** The transform (a, b, c, d, e, f of a canvas) that lays a sheet of source tiles, from its first one on, over a part of the tile. */
export function canvasTransform(tile: TileId, part: Part = WHOLE): [number, number, number, number, number, number] {
  const { origin, across, down } = shiftOf(tile, part)
  const { x, y } = sourceTiles(tile)
  // Inverse of the shift: target = M⁻¹ (source − origin).
  const det = across[0] * down[1] - across[1] * down[0]
  const [a, b, c, d] = [down[1] / det, -across[1] / det, -down[0] / det, across[0] / det]
  const [ox, oy] = [x * TILE_PX - origin[0], y * TILE_PX - origin[1]]
  return [a, b, c, d, a * ox + c * oy, b * ox + d * oy]
}

/** Draw a WGS-84 tile; `load` fetches a GCJ-02 tile, null where there is none. */
export async function gcjTile(tile: TileId, load: (tile: TileId) => Promise<ImageBitmap | null>): Promise<ImageBitmap> {
  const { columns, rows } = sourceTiles(tile)
  const pictures = await Promise.all(sourceTileIds(tile).map(load))
  // First side by side on one sheet, then moved at once: no seams between tiles that end between two pixels.
  const sheet = new OffscreenCanvas(columns * TILE_PX, rows * TILE_PX)
  const board = sheet.getContext('2d')!
  pictures.forEach((picture, i) => {
    if (picture !== null) board.drawImage(picture, (i % columns) * TILE_PX, Math.floor(i / columns) * TILE_PX, TILE_PX, TILE_PX)
    picture?.close()
  })
  const target = new OffscreenCanvas(TILE_PX, TILE_PX)
  const pen = target.getContext('2d')!
  pen.imageSmoothingQuality = 'high'
  for (const part of partsOf(tile)) {
    pen.save()
    pen.beginPath()
    pen.rect(part.u, part.v, part.size, part.size)
    pen.clip()
    pen.setTransform(...canvasTransform(tile, part))
    pen.drawImage(sheet, 0, 0)
    pen.restore()
  }
  return target.transferToImageBitmap()
}
