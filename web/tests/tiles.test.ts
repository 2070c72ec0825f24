import { gzipSync } from 'node:zlib'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { canvasTransform, mapped, partsOf, shiftOf, sourcePixel, sourceTiles, TILE_PX } from '../src/map/tiles/gcjTile'
import { gcj02FromWgs84 } from '../src/map/tiles/gcj02'
import { PmtilesArchive, tileNumber } from '../src/map/tiles/pmtiles'
import { tileUrl } from '../src/map/tiles/baseTiles'
import { mercatorX, mercatorY } from '../src/live/mercator'

// Answers of the service's own conversion (airspace.coordinates.gcj02_from_wgs84).
const known = [
  ['22.54', '114.06'],
  ['22.777', '113.8'],
  ['39.9', '116.4'],
  ['0.5', '100'],
] as const

const python = fileURLToPath(new URL('../../.venv/bin/python', import.meta.url))

test.skipIf(!existsSync(python))('the shift is that of the service itself, to a micrometre', () => {
  const code = 'import sys\nfrom airspace.coordinates import gcj02_from_wgs84\nfor pair in sys.argv[1:]:\n  lat, lon = map(float, pair.split(","))\n  a, b = gcj02_from_wgs84(lat, lon)\n  print(repr(float(a[0])), repr(float(b[0])))'
  const out = execFileSync(python, ['-c', code, ...known.map(([lat, lon]) => `${lat},${lon}`)], { cwd: fileURLToPath(new URL('../..', import.meta.url)), encoding: 'utf8' })
  const answers = out.trim().split('\n').map((line) => line.split(' ').map(Number))
  known.forEach(([lat, lon], i) => {
    const ours = gcj02FromWgs84({ lat_deg: Number(lat), lon_deg: Number(lon) })
    expect(Math.abs(ours.lat_deg - answers[i]![0]!)).toBeLessThan(1e-11)
    expect(Math.abs(ours.lon_deg - answers[i]![1]!)).toBeLessThan(1e-11)
  })
})

test('the shift is the published one in Shenzhen, and none outside the mainland', () => {
  const at = gcj02FromWgs84({ lat_deg: 22.54, lon_deg: 114.06 })
  expect(at.lat_deg).toBeCloseTo(22.537286219, 8)
  expect(at.lon_deg).toBeCloseTo(114.065116155, 8)
  expect(gcj02FromWgs84({ lat_deg: 51.5, lon_deg: 0 })).toEqual({ lat_deg: 51.5, lon_deg: 0 })
})

const world = (z: number) => TILE_PX * 2 ** z
const tileOf = (z: number, lon: number, lat: number) => ({ z, x: Math.floor((mercatorX(lon) * world(z)) / TILE_PX), y: Math.floor((mercatorY(lat) * world(z)) / TILE_PX) })
const places = [[113.8, 22.46], [114.06, 22.54], [114.3, 22.7], [114.55, 22.48]] as const

test('every pixel of a moved tile comes from within a twentieth of a pixel of where the conversion says', () => {
  for (let z = 9; z <= 18; z++) {
    for (const [lon, lat] of places) {
      const tile = tileOf(z, lon, lat)
      for (const part of partsOf(tile)) {
        const shift = shiftOf(tile, part)
        for (const [u, v] of [[0.5, 0.5], [1, 1], [0.25, 0.75], [0.8, 0.1]] as const) {
          const at = [part.u + u * part.size, part.v + v * part.size] as const
          const [sx, sy] = sourcePixel(tile, ...at)
          const [mx, my] = mapped(shift, ...at)
          expect(Math.hypot(sx - mx, sy - my), `${z} ${lon} ${lat}`).toBeLessThan(0.05)
        }
      }
    }
  }
})

test('the source tiles hold every pixel needed, and the canvas lays each where it belongs', () => {
  for (const z of [9, 12, 15, 18]) {
    for (const [lon, lat] of places) {
      const tile = tileOf(z, lon, lat)
      const { x, y, columns, rows } = sourceTiles(tile)
      const [a, b, c, d, e, f] = canvasTransform(tile)
      for (const [u, v] of [[0, 0], [255, 255], [10, 240], [255, 0]] as const) {
        const [sx, sy] = sourcePixel(tile, u, v)
        const [px, py] = [sx - x * TILE_PX, sy - y * TILE_PX]
        expect(px).toBeGreaterThanOrEqual(0)
        expect(py).toBeGreaterThanOrEqual(0)
        expect(px).toBeLessThanOrEqual(columns * TILE_PX)
        expect(py).toBeLessThanOrEqual(rows * TILE_PX)
        expect(a * px + c * py + e).toBeCloseTo(u, 0)
        expect(b * px + d * py + f).toBeCloseTo(v, 0)
      }
    }
  }
})

test('tiles are numbered along the Hilbert curve of the format', () => {
  const first = [[0, 0, 0], [1, 0, 0], [1, 0, 1], [1, 1, 1], [1, 1, 0], [2, 0, 0]] as const
  expect(first.map(([z, x, y]) => tileNumber({ z, x, y }))).toEqual([0, 1, 2, 3, 4, 5])
  expect(tileNumber({ z: 12, x: 3423, y: 1763 })).toBe(19078479)
  const all = new Set(Array.from({ length: 64 }, (_, i) => tileNumber({ z: 3, x: i % 8, y: Math.floor(i / 8) })))
  expect([Math.min(...all), Math.max(...all), all.size]).toEqual([21, 84, 64])
})

const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))])

/** A directory as the format writes it: ids, runs, lengths, offsets. */
function directory(entries: readonly { id: number; run: number; length: number; offset: number }[]): Uint8Array {
  const bytes = [...varint(entries.length)]
  entries.forEach(({ id }, i) => bytes.push(...varint(id - (entries[i - 1]?.id ?? 0))))
  for (const { run } of entries) bytes.push(...varint(run))
  for (const { length } of entries) bytes.push(...varint(length))
  for (const { offset } of entries) bytes.push(...varint(offset + 1))
  return gzipSync(Uint8Array.from(bytes))
}

/** An archive with one leaf directory: tile 0/0/0 in the root, four tiles of zoom 1 in the leaf, the last two the same. */
function archive(): Uint8Array {
  const tiles = ['world', 'north-west', 'south-west', 'east'].map((text) => gzipSync(Buffer.from(text)))
  const offsets = tiles.map((_, i) => tiles.slice(0, i).reduce((sum, tile) => sum + tile.length, 0))
  const entry = (id: number, i: number, run = 1) => ({ id, run, length: tiles[i]!.length, offset: offsets[i]! })
  const leaf = directory([entry(1, 1), entry(2, 2), entry(3, 3, 2)])
  const root = directory([entry(0, 0), { id: 1, run: 0, length: leaf.length, offset: 0 }])
  const header = Buffer.alloc(127)
  header.write('PMTiles', 0, 'latin1')
  header.writeUInt8(3, 7)
  const [leavesAt, dataAt] = [127 + root.length, 127 + root.length + leaf.length]
  const numbers = [[8, 127], [16, root.length], [40, leavesAt], [48, leaf.length], [56, dataAt]] as const
  for (const [at, value] of numbers) header.writeBigUInt64LE(BigInt(value), at)
  header.writeUInt8(2, 97)
  header.writeUInt8(2, 98)
  header.writeUInt8(1, 99)
  header.writeUInt8(0, 100)
  header.writeUInt8(1, 101)
  return Buffer.concat([header, root, leaf, ...tiles])
}

test('a tile is read out of an archive by ranges, through a leaf directory and a shared run', async () => {
  const file = archive()
  const ranges: number[] = []
  const found = new PmtilesArchive(async (offset, length) => {
    ranges.push(length)
    return Uint8Array.from(file.subarray(offset, offset + length)).buffer
  })
  const text = async (z: number, x: number, y: number) => {
    const bytes = await found.tile({ z, x, y })
    return bytes === null ? null : new TextDecoder().decode(bytes)
  }
  expect((await found.header()).type).toBe('mvt')
  expect(await text(0, 0, 0)).toBe('world')
  expect(await text(1, 0, 0)).toBe('north-west')
  expect(await text(1, 0, 1)).toBe('south-west')
  expect([await text(1, 1, 1), await text(1, 1, 0)]).toEqual(['east', 'east'])
  expect(await text(2, 0, 0)).toBeNull()
  // Header once, the leaf once, five tiles.
  expect(ranges).toHaveLength(7)
})

test('what is no archive, or ends too early, is said to be so', async () => {
  const broken = new PmtilesArchive(async () => new ArrayBuffer(200))
  await expect(broken.tile({ z: 0, x: 0, y: 0 })).rejects.toThrow(/not a PMTiles archive/)
})

test('a template is filled in, also where its parts stand in a query', () => {
  expect(tileUrl('https://t0.tianditu.gov.cn/vec_w/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=key', { z: 12, x: 3, y: 4 })).toBe(
    'https://t0.tianditu.gov.cn/vec_w/wmts?TILEMATRIX=12&TILEROW=4&TILECOL=3&tk=key',
  )
})
