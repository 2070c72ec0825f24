/**
 * A WGS-84 vector tile put together from the GCJ-02 tiles that show the same ground.
 *
 * Each feature is cut to its own tile, moved point by point, cut to the tile it is for, and written again. A feature that
 * lies in several tiles comes in pieces that meet; the style draws neither outlines of areas nor anything see-through.
 */

import { VectorTile, type VectorTileFeature } from '@mapbox/vector-tile'
import { PbfReader, PbfWriter } from 'pbf'
import { latFromMercator, lonFromMercator, mercatorX, mercatorY } from '../../live/mercator'
import { wgs84FromGcj02 } from './gcj02'
import type { TileId } from './gcjTile'

/** Units across the tile that is made. */
export const EXTENT = 4096
/** How far beyond its edge it goes, so that lines and names cross the edge unbroken. */
const BUFFER = 80
/** Squares a side in which the shift is taken to be straight. */
const SQUARES = 16
const CITY_ZOOM = 8

export interface SourceTile extends TileId {
  readonly bytes: ArrayBuffer
}

type Point = readonly [x: number, y: number]
type Value = string | number | boolean
type Move = (x: number, y: number) => Point

/** Where a point of a source tile, in its own units, lies in the tile that is made: by the conversion itself. */
export function movedPoint(source: TileId, extent: number, tile: TileId, x: number, y: number): Point {
  const tiles = 2 ** source.z
  const gcj = { lon_deg: lonFromMercator((source.x + x / extent) / tiles), lat_deg: latFromMercator((source.y + y / extent) / tiles) }
  const { lon_deg, lat_deg } = wgs84FromGcj02(gcj)
  return [(mercatorX(lon_deg) * tiles - tile.x) * EXTENT, (mercatorY(lat_deg) * tiles - tile.y) * EXTENT]
}

/** The same for many points: exact at the corners of a grid, straight between them. A tile of less than the city's zoom is moved exactly. */
function mover(source: TileId, extent: number, tile: TileId): Move {
  if (source.z < CITY_ZOOM) return (x, y) => movedPoint(source, extent, tile, x, y)
  const step = extent / SQUARES
  const corners = Array.from({ length: (SQUARES + 1) ** 2 }, (_, i) => movedPoint(source, extent, tile, (i % (SQUARES + 1)) * step, Math.floor(i / (SQUARES + 1)) * step))
  return (x, y) => {
    const column = Math.min(SQUARES - 1, Math.max(0, Math.floor(x / step)))
    const row = Math.min(SQUARES - 1, Math.max(0, Math.floor(y / step)))
    const [u, v] = [x / step - column, y / step - row]
    const at = row * (SQUARES + 1) + column
    const [a, b, c, d] = [corners[at]!, corners[at + 1]!, corners[at + SQUARES + 1]!, corners[at + SQUARES + 2]!]
    const mixed = (axis: 0 | 1) => (a[axis] * (1 - u) + b[axis] * u) * (1 - v) + (c[axis] * (1 - u) + d[axis] * u) * v
    return [mixed(0), mixed(1)]
  }
}

// ---- cutting ------------------------------------------------------------------------------------------------------

interface Frame {
  readonly low: number
  readonly high: number
}

const inside = ([x, y]: Point, { low, high }: Frame): boolean => x >= low && x <= high && y >= low && y <= high

/** A ring cut to a square, side by side; what is left may touch the square's sides. */
export function cutRing(ring: readonly Point[], { low, high }: Frame): Point[] {
  let points = [...ring]
  for (const axis of [0, 1] as const) {
    for (const [limit, sign] of [[low, 1], [high, -1]] as const) {
      const kept: Point[] = []
      points.forEach((to, i) => {
        const from = points[(i + points.length - 1) % points.length]!
        const [a, b] = [(from[axis] - limit) * sign, (to[axis] - limit) * sign]
        if (a * b < 0) kept.push(between(from, to, a / (a - b)))
        if (b >= 0) kept.push(to)
      })
      points = kept
    }
  }
  return points
}

const between = (from: Point, to: Point, part: number): Point => [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part]

/** The pieces of a line within a square. */
export function cutLine(line: readonly Point[], frame: Frame): Point[][] {
  const pieces: Point[][] = []
  let piece: Point[] = []
  for (let i = 1; i < line.length; i++) {
    const [from, to] = [line[i - 1]!, line[i]!]
    const span = within(from, to, frame)
    if (span === null) {
      piece = []
      continue
    }
    const [start, end] = [between(from, to, span[0]), between(from, to, span[1])]
    if (span[0] > 0 || piece.length === 0) pieces.push((piece = [start]))
    piece.push(end)
    if (span[1] < 1) piece = []
  }
  return pieces.filter((each) => each.length > 1)
}

/** Which part of a straight line, 0 to 1, lies within a square; null for none. */
function within(from: Point, to: Point, { low, high }: Frame): [number, number] | null {
  let [start, end] = [0, 1]
  for (const axis of [0, 1] as const) {
    const by = to[axis] - from[axis]
    if (by === 0) {
      if (from[axis] < low || from[axis] > high) return null
      continue
    }
    const [a, b] = [(low - from[axis]) / by, (high - from[axis]) / by]
    start = Math.max(start, Math.min(a, b))
    end = Math.min(end, Math.max(a, b))
  }
  return start < end ? [start, end] : null
}

// ---- writing ------------------------------------------------------------------------------------------------------

type Kind = 1 | 2 | 3
const [POINT, LINE] = [1, 2]

interface Moved {
  readonly type: Kind
  readonly id: number | undefined
  readonly properties: Record<string, Value>
  readonly parts: readonly (readonly Point[])[]
}

/** A feature as it lies in the tile that is made; null where nothing of it does. */
function movedFeature(feature: VectorTileFeature, move: Move): Moved | null {
  if (feature.type === 0) return null
  const own: Frame = feature.type === POINT ? { low: 0, high: feature.extent - 1e-9 } : { low: -1, high: feature.extent + 1 }
  const target: Frame = { low: -BUFFER, high: EXTENT + BUFFER }
  const parts: Point[][] = []
  for (const given of feature.loadGeometry()) {
    const part = given.map(({ x, y }): Point => [x, y])
    if (feature.type === POINT) {
      // A name near an edge stands in both tiles: it belongs to the one it lies in.
      const moved = part.filter((point) => inside(point, own)).map(([x, y]) => move(x, y)).filter((point) => inside(point, target))
      if (moved.length > 0) parts.push(moved)
    } else if (feature.type === LINE) {
      for (const piece of cutLine(part, own)) parts.push(...cutLine(piece.map(([x, y]) => move(x, y)), target))
    } else {
      const ring = cutRing(cutRing(part.slice(0, -1), own).map(([x, y]) => move(x, y)), target)
      if (ring.length > 2) parts.push(ring)
    }
  }
  return parts.length === 0 ? null : { type: feature.type, id: feature.id, properties: feature.properties, parts }
}

/** Steps of whole units from point to point, as the format writes them; a part that shrinks to nothing is left out. */
function commands({ type, parts }: Moved): number[] {
  const out: number[] = []
  let [x, y] = [0, 0]
  const to = ([px, py]: Point) => {
    const [nx, ny] = [Math.round(px), Math.round(py)]
    const step = [zigzag(nx - x), zigzag(ny - y)]
    ;[x, y] = [nx, ny]
    return step
  }
  const command = (id: number, count: number) => id | (count << 3)
  if (type === POINT) {
    const points = parts.flat()
    return [command(1, points.length), ...points.flatMap(to)]
  }
  for (const part of parts) {
    const points = part.filter((point, i) => i === 0 || Math.round(point[0]) !== Math.round(part[i - 1]![0]) || Math.round(point[1]) !== Math.round(part[i - 1]![1]))
    if (points.length < (type === LINE ? 2 : 3)) continue
    out.push(command(1, 1), ...to(points[0]!), command(2, points.length - 1))
    for (const point of points.slice(1)) out.push(...to(point))
    if (type !== LINE) out.push(command(7, 1))
  }
  return out
}

const zigzag = (value: number): number => (value << 1) ^ (value >> 31)

class LayerWriter {
  private readonly keys = new Map<string, number>()
  private readonly values = new Map<string, { readonly at: number; readonly value: Value }>()
  private readonly features: { readonly feature: Moved; readonly tags: number[]; readonly geometry: number[] }[] = []

  constructor(readonly name: string) {}

  add(feature: Moved): void {
    const geometry = commands(feature)
    if (geometry.length === 0) return
    const tags = Object.entries(feature.properties).flatMap(([key, value]) => [this.key(key), this.value(value)])
    this.features.push({ feature, tags, geometry })
  }

  private key(key: string): number {
    let at = this.keys.get(key)
    if (at === undefined) this.keys.set(key, (at = this.keys.size))
    return at
  }

  private value(value: Value): number {
    const name = `${typeof value} ${value}`
    let found = this.values.get(name)
    if (found === undefined) this.values.set(name, (found = { at: this.values.size, value }))
    return found.at
  }

  get empty(): boolean {
    return this.features.length === 0
  }

  write(pbf: PbfWriter): void {
    pbf.writeVarintField(15, 2)
    pbf.writeStringField(1, this.name)
    for (const { feature, tags, geometry } of this.features) {
      pbf.writeMessage(2, (_: null, out: PbfWriter) => {
        if (feature.id !== undefined) out.writeVarintField(1, feature.id)
        out.writePackedVarint(2, tags)
        out.writeVarintField(3, feature.type)
        out.writePackedVarint(4, geometry)
      }, null)
    }
    for (const key of this.keys.keys()) pbf.writeStringField(3, key)
    for (const { value } of this.values.values()) pbf.writeMessage(4, writeValue, value)
    pbf.writeVarintField(5, EXTENT)
  }
}

function writeValue(value: Value, pbf: PbfWriter): void {
  if (typeof value === 'string') pbf.writeStringField(1, value)
  else if (typeof value === 'boolean') pbf.writeBooleanField(7, value)
  else if (!Number.isInteger(value)) pbf.writeDoubleField(3, value)
  else if (value < 0) pbf.writeSVarintField(6, value)
  else pbf.writeVarintField(5, value)
}

/** The tile, from those that hold its ground; the same layers, features and properties, moved. */
export function movedTile(tile: TileId, sources: readonly SourceTile[]): ArrayBuffer {
  const layers = new Map<string, LayerWriter>()
  for (const source of sources) {
    const moves = new Map<number, Move>()
    for (const layer of Object.values(new VectorTile(new PbfReader(source.bytes)).layers)) {
      let move = moves.get(layer.extent)
      if (move === undefined) moves.set(layer.extent, (move = mover(source, layer.extent, tile)))
      let writer = layers.get(layer.name)
      if (writer === undefined) layers.set(layer.name, (writer = new LayerWriter(layer.name)))
      for (let i = 0; i < layer.length; i++) {
        const moved = movedFeature(layer.feature(i), move)
        if (moved !== null) writer.add(moved)
      }
    }
  }
  const pbf = new PbfWriter()
  for (const writer of layers.values()) if (!writer.empty) pbf.writeMessage(3, (each: LayerWriter, out: PbfWriter) => each.write(out), writer)
  return pbf.finish().slice().buffer as ArrayBuffer
}
