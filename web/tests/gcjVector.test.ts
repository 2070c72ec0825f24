import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader, PbfWriter } from 'pbf'
import { expect, test } from 'vitest'
import { latFromMercator, lonFromMercator, mercatorX, mercatorY } from '../src/live/mercator'
import { gcj02FromWgs84, wgs84FromGcj02 } from '../src/map/tiles/gcj02'
import { sourceTileIds, type TileId } from '../src/map/tiles/gcjTile'
import { cutLine, cutRing, EXTENT, movedPoint, movedTile, type SourceTile } from '../src/map/tiles/gcjVector'

type Point = [number, number]
interface Given {
  readonly type: 1 | 2 | 3
  readonly points: readonly Point[]
  readonly properties?: Record<string, string | number | boolean>
  readonly id?: number
}

const zigzag = (value: number) => (value << 1) ^ (value >> 31)

/** A tile of one layer as a city's own server writes it; points in units of the extent. */
function tileOf(features: readonly Given[], extent = 4096): ArrayBuffer {
  const pbf = new PbfWriter()
  pbf.writeMessage(3, (_: null, layer: PbfWriter) => {
    layer.writeVarintField(15, 2)
    layer.writeStringField(1, 'roads')
    const pairs: [string, string | number | boolean][] = []
    for (const { type, points, properties = {}, id } of features) {
      const tags = Object.entries(properties).flatMap(([key, value]) => {
        pairs.push([key, value])
        return [pairs.length - 1, pairs.length - 1]
      })
      let [x, y] = [0, 0]
      const steps = points.map(([px, py]) => {
        const step = [zigzag(px - x), zigzag(py - y)]
        ;[x, y] = [px, py]
        return step
      })
      const geometry = type === 1 ? [1 | (points.length << 3), ...steps.flat()] : [9, ...steps[0]!, 2 | ((points.length - 1) << 3), ...steps.slice(1).flat(), ...(type === 3 ? [15] : [])]
      layer.writeMessage(2, (__: null, out: PbfWriter) => {
        if (id !== undefined) out.writeVarintField(1, id)
        out.writePackedVarint(2, tags)
        out.writeVarintField(3, type)
        out.writePackedVarint(4, geometry)
      }, null)
    }
    for (const [key] of pairs) layer.writeStringField(3, key)
    for (const [, value] of pairs) {
      layer.writeMessage(4, (__: null, out: PbfWriter) => {
        if (typeof value === 'string') out.writeStringField(1, value)
        else if (typeof value === 'boolean') out.writeBooleanField(7, value)
        else out.writeDoubleField(3, value)
      }, null)
    }
    layer.writeVarintField(5, extent)
  }, null)
  return pbf.finish().slice().buffer as ArrayBuffer
}

const read = (bytes: ArrayBuffer) => new VectorTile(new PbfReader(bytes)).layers['roads']
const tileAt = (z: number, lon: number, lat: number): TileId => ({ z, x: Math.floor(mercatorX(lon) * 2 ** z), y: Math.floor(mercatorY(lat) * 2 ** z) })
const metres = (lat: number) => (Math.cos((lat * Math.PI) / 180) * 40_075_017)

test('a position moved to GCJ-02 comes back to within a millimetre', () => {
  for (const [lat_deg, lon_deg] of [[22.54, 114.06], [22.777, 113.8], [39.9, 116.4], [51.5, 0]] as const) {
    const back = wgs84FromGcj02(gcj02FromWgs84({ lat_deg, lon_deg }))
    expect(Math.abs(back.lat_deg - lat_deg)).toBeLessThan(1e-8)
    expect(Math.abs(back.lon_deg - lon_deg)).toBeLessThan(1e-8)
  }
})

test('a place drawn in GCJ-02 lands where it is, within a unit of the tile and once, whichever tiles hold it', () => {
  for (const z of [9, 12, 14, 15]) {
    for (const [lon_deg, lat_deg] of [[114.06, 22.54], [113.8, 22.46], [114.3, 22.7]] as const) {
      const tile = tileAt(z, lon_deg, lat_deg)
      const gcj = gcj02FromWgs84({ lon_deg, lat_deg })
      const sources = sourceTileIds(tile).map((source): SourceTile => {
        // In every tile near it, as servers write names into the margins of the neighbours too.
        const at: Point = [Math.round((mercatorX(gcj.lon_deg) * 2 ** z - source.x) * 4096), Math.round((mercatorY(gcj.lat_deg) * 2 ** z - source.y) * 4096)]
        return { ...source, bytes: tileOf([{ type: 1, points: [at], properties: { name: '福田', rank: 3.5, big: true }, id: 7 }]) }
      })
      const layer = read(movedTile(tile, sources))!
      expect(layer.length, `${z}`).toBe(1)
      const feature = layer.feature(0)
      expect(feature.properties).toEqual({ name: '福田', rank: 3.5, big: true })
      expect([feature.id, feature.type, layer.extent]).toEqual([7, 1, EXTENT])
      const point = feature.loadGeometry()[0]![0]!
      const there = { lon_deg: lonFromMercator((tile.x + point.x / EXTENT) / 2 ** z), lat_deg: latFromMercator((tile.y + point.y / EXTENT) / 2 ** z) }
      const unit_m = metres(lat_deg) / 2 ** z / EXTENT
      expect(Math.abs(mercatorX(there.lon_deg) - mercatorX(lon_deg)) * metres(lat_deg)).toBeLessThan(unit_m * 1.6)
      expect(Math.abs(mercatorY(there.lat_deg) - mercatorY(lat_deg)) * metres(lat_deg)).toBeLessThan(unit_m * 1.6)
    }
  }
})

test('between the corners of the grid a point moves as the conversion says, to a fifth of a unit', () => {
  const tile = tileAt(10, 114.06, 22.54)
  const points: Point[] = [[100, 3001], [2049, 777], [3333, 4000]]
  const [first] = sourceTileIds(tile)
  const layer = read(movedTile(tile, [{ ...first!, bytes: tileOf([{ type: 1, points }]) }]))
  const moved = layer === undefined ? [] : layer.feature(0).loadGeometry().flat()
  const exact = points.map(([x, y]) => movedPoint(first!, 4096, tile, x, y)).filter(([x, y]) => x > -80 && y > -80 && x < EXTENT + 80 && y < EXTENT + 80)
  expect(moved.length).toBe(exact.length)
  exact.forEach(([x, y], i) => {
    expect(Math.abs(moved[i]!.x - x)).toBeLessThan(0.7)
    expect(Math.abs(moved[i]!.y - y)).toBeLessThan(0.7)
  })
})

test('an area that covers all source tiles covers all of the tile, and nothing beyond its margin', () => {
  for (const z of [11, 14, 16]) {
    const tile = tileAt(z, 114.06, 22.54)
    const whole: Given = { type: 3, points: [[-64, -64], [4160, -64], [4160, 4160], [-64, 4160]] }
    const layer = read(movedTile(tile, sourceTileIds(tile).map((source) => ({ ...source, bytes: tileOf([whole]) }))))!
    let area = 0
    for (let i = 0; i < layer.length; i++) {
      for (const ring of layer.feature(i).loadGeometry()) {
        for (const { x, y } of ring) {
          expect(Math.min(x, y)).toBeGreaterThanOrEqual(-80)
          expect(Math.max(x, y)).toBeLessThanOrEqual(EXTENT + 80)
        }
        area += Math.abs(ring.reduce((sum, { x, y }, at) => { const next = ring[(at + 1) % ring.length]!; return sum + x * next.y - next.x * y }, 0)) / 2
      }
    }
    // With its margin, and with what neighbouring pieces overlap by a unit.
    expect(area / (EXTENT + 160) ** 2).toBeGreaterThan(0.998)
    expect(area / (EXTENT + 160) ** 2).toBeLessThan(1.004)
  }
})

test('a line is cut where it leaves a square, and goes on where it comes back', () => {
  const frame = { low: 0, high: 10 }
  expect(cutLine([[5, 5], [15, 5], [15, 8], [5, 8]], frame)).toEqual([[[5, 5], [10, 5]], [[10, 8], [5, 8]]])
  expect(cutLine([[-5, 20], [20, 20]], frame)).toEqual([])
  expect(cutLine([[-5, 5], [15, 5]], frame)).toEqual([[[0, 5], [10, 5]]])
  expect(cutLine([[1, 1], [2, 2], [3, 1]], frame)).toEqual([[[1, 1], [2, 2], [3, 1]]])
})

test('a ring is cut to a square, and one beside it leaves nothing', () => {
  const frame = { low: 0, high: 10 }
  expect(cutRing([[-5, -5], [5, -5], [5, 5], [-5, 5]], frame)).toEqual(expect.arrayContaining([[0, 0], [5, 0], [5, 5], [0, 5]]))
  expect(cutRing([[20, 20], [30, 20], [30, 30]], frame)).toEqual([])
})

test('tiles that hold nothing of the ground make an empty tile', () => {
  const tile = tileAt(14, 114.06, 22.54)
  const [first] = sourceTileIds(tile)
  expect(movedTile(tile, [{ ...first!, bytes: new ArrayBuffer(0) }]).byteLength).toBe(0)
})
