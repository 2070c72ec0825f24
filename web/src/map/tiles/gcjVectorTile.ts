/** Vector tiles in GCJ-02, moved by a worker that starts with the first of them. */

import type { TileId } from './gcjTile'
import type { MoveAnswer, MoveRequest } from './gcjVector.worker'

interface Waiting {
  readonly done: (bytes: ArrayBuffer) => void
  readonly failed: (reason: Error) => void
}

let worker: Worker | null = null
let last = 0
const waiting = new Map<number, Waiting>()

function started(): Worker {
  if (worker !== null) return worker
  worker = new Worker(new URL('./gcjVector.worker.ts', import.meta.url), { type: 'module', name: 'hexlane-tiles' })
  worker.onmessage = ({ data: { id, bytes, problem } }: MessageEvent<MoveAnswer>) => {
    const asked = waiting.get(id)
    waiting.delete(id)
    if (bytes !== null) asked?.done(bytes)
    else asked?.failed(new Error(problem ?? 'the tile could not be moved'))
  }
  return worker
}

/** A WGS-84 tile; `load` fetches a GCJ-02 tile, null where there is none. */
export async function gcjVectorTile(tile: TileId, sources: readonly TileId[], load: (tile: TileId) => Promise<ArrayBuffer | null>): Promise<ArrayBuffer> {
  const found = await Promise.all(sources.map(async (source) => ({ ...source, bytes: await load(source) })))
  const held = found.flatMap(({ bytes, ...source }) => (bytes === null ? [] : [{ ...source, bytes }]))
  if (held.length === 0) return new ArrayBuffer(0)
  const id = ++last
  return new Promise((done, failed) => {
    waiting.set(id, { done, failed })
    started().postMessage({ id, tile, sources: held } satisfies MoveRequest, held.map(({ bytes }) => bytes))
  })
}
