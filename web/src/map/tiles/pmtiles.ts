/** Reads tiles out of a PMTiles archive (version 3) by byte ranges: header, directories along a Hilbert curve, tiles. */

import type { TileId } from './gcjTile'

/** Bytes from `offset` on, at most `length`. */
export type ReadRange = (offset: number, length: number) => Promise<ArrayBuffer>

const HEADER_BYTES = 127
/** Header and root directory lie in the first 16 KiB by the format's own rule. */
const FIRST_BYTES = 16_384
const MAX_DEPTH = 4
const MAX_LEAVES = 64

const compressions = ['unknown', 'none', 'gzip', 'brotli', 'zstd'] as const
const tileTypes = ['unknown', 'mvt', 'png', 'jpeg', 'webp', 'avif'] as const

export type TileType = (typeof tileTypes)[number]
type Compression = (typeof compressions)[number]

interface Header {
  readonly root: readonly [offset: number, length: number]
  readonly leaves_offset: number
  readonly data_offset: number
  readonly internal: Compression
  readonly tiles: Compression
  readonly type: TileType
  readonly min_zoom: number
  readonly max_zoom: number
}

interface Entry {
  readonly id: number
  readonly offset: number
  readonly length: number
  /** How many tiles share it; 0 for a directory. */
  readonly run: number
}

export function readHeader(bytes: ArrayBuffer): Header {
  const view = new DataView(bytes)
  const magic = new TextDecoder().decode(bytes.slice(0, 7))
  if (bytes.byteLength < HEADER_BYTES || magic !== 'PMTiles' || view.getUint8(7) !== 3) throw new Error('not a PMTiles archive of version 3')
  const at = (offset: number) => Number(view.getBigUint64(offset, true))
  return {
    root: [at(8), at(16)],
    leaves_offset: at(40),
    data_offset: at(56),
    internal: compressions[view.getUint8(97)] ?? 'unknown',
    tiles: compressions[view.getUint8(98)] ?? 'unknown',
    type: tileTypes[view.getUint8(99)] ?? 'unknown',
    min_zoom: view.getUint8(100),
    max_zoom: view.getUint8(101),
  }
}

/** Number of a tile along the Hilbert curves of all zooms. */
export function tileNumber({ z, x, y }: TileId): number {
  let number = (4 ** z - 1) / 3
  let [tx, ty] = [x, y]
  for (let s = 2 ** (z - 1); s >= 1; s /= 2) {
    const [rx, ry] = [Math.floor(tx / s) % 2, Math.floor(ty / s) % 2]
    number += s * s * ((3 * rx) ^ ry)
    if (ry === 0) {
      if (rx === 1) [tx, ty] = [s - 1 - (tx % s), s - 1 - (ty % s)]
      ;[tx, ty] = [ty, tx]
    }
  }
  return number
}

async function unpacked(bytes: ArrayBuffer, how: Compression): Promise<ArrayBuffer> {
  if (how === 'none' || how === 'unknown') return bytes
  if (how !== 'gzip') throw new Error(`tiles packed with ${how} cannot be read by a browser`)
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer()
}

export function readDirectory(bytes: ArrayBuffer): Entry[] {
  const data = new Uint8Array(bytes)
  let at = 0
  const varint = (): number => {
    let [value, scale] = [0, 1]
    for (;;) {
      const byte = data[at++]
      if (byte === undefined) throw new Error('a directory of the archive ends too early')
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
    }
  }
  const count = varint()
  if (count > data.length) throw new Error('a directory of the archive says more than it holds')
  const column = () => Array.from({ length: count }, varint)
  const [deltas, runs, lengths, offsets] = [column(), column(), column(), column()]
  const entries: Entry[] = []
  let id = 0
  for (let i = 0; i < count; i++) {
    id += deltas[i]!
    const before = entries[i - 1]
    const offset = offsets[i] === 0 && before !== undefined ? before.offset + before.length : offsets[i]! - 1
    entries.push({ id, offset, length: lengths[i]!, run: runs[i]! })
  }
  return entries
}

/** The entry that holds a tile: the last one that begins at or before it and reaches it. */
function find(entries: readonly Entry[], id: number): Entry | null {
  let [low, high] = [0, entries.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    if (entries[middle]!.id <= id) low = middle + 1
    else high = middle - 1
  }
  const entry = entries[high]
  return entry === undefined || (entry.run > 0 && id >= entry.id + entry.run) ? null : entry
}

export class PmtilesArchive {
  private readonly opened: Promise<{ readonly header: Header; readonly root: Entry[] }>
  private readonly leaves = new Map<number, Promise<Entry[]>>()

  constructor(private readonly read: ReadRange) {
    this.opened = this.open()
    // Whoever asks for a tile hears of it; nobody else need.
    this.opened.catch(() => {})
  }

  private async open() {
    const first = await this.read(0, FIRST_BYTES)
    const header = readHeader(first)
    const [offset, length] = header.root
    const root = offset + length <= first.byteLength ? first.slice(offset, offset + length) : await this.read(offset, length)
    return { header, root: readDirectory(await unpacked(root, header.internal)) }
  }

  async header(): Promise<Header> {
    return (await this.opened).header
  }

  /** The tile as it is drawn, unpacked; null where the archive has none. */
  async tile(id: TileId): Promise<ArrayBuffer | null> {
    const { header, root } = await this.opened
    if (id.z < header.min_zoom || id.z > header.max_zoom) return null
    const wanted = tileNumber(id)
    let entries = root
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      const entry = find(entries, wanted)
      if (entry === null) return null
      if (entry.run > 0) return unpacked(await this.read(header.data_offset + entry.offset, entry.length), header.tiles)
      entries = await this.leaf(header, entry)
    }
    throw new Error('the directories of the archive lie too deep')
  }

  private leaf(header: Header, { offset, length }: Entry): Promise<Entry[]> {
    let known = this.leaves.get(offset)
    if (known === undefined) {
      if (this.leaves.size >= MAX_LEAVES) this.leaves.delete(this.leaves.keys().next().value!)
      known = this.read(header.leaves_offset + offset, length).then(async (bytes) => readDirectory(await unpacked(bytes, header.internal)))
      known.catch(() => this.leaves.delete(offset))
      this.leaves.set(offset, known)
    }
    return known
  }
}

/** Ranges of a file on a web server; our own asks who reads, others are told nothing of it. */
export const rangesOf =
  (url: string): ReadRange =>
  async (offset, length) => {
    const answer = await fetch(url, { headers: { Range: `bytes=${offset}-${offset + length - 1}` }, credentials: 'same-origin' })
    if (answer.status !== 206) throw new Error(answer.status === 200 ? `the server of ${url} does not answer parts of a file` : `${url}: ${answer.status}`)
    return answer.arrayBuffer()
  }
