/** Moves vector tiles from GCJ-02 to WGS-84 beside the page, which goes on drawing meanwhile. */

import type { TileId } from './gcjTile'
import { movedTile, type SourceTile } from './gcjVector'

export interface MoveRequest {
  readonly id: number
  readonly tile: TileId
  readonly sources: readonly SourceTile[]
}

export interface MoveAnswer {
  readonly id: number
  readonly bytes: ArrayBuffer | null
  readonly problem: string | null
}

self.onmessage = ({ data: { id, tile, sources } }: MessageEvent<MoveRequest>) => {
  try {
    const bytes = movedTile(tile, sources)
    self.postMessage({ id, bytes, problem: null } satisfies MoveAnswer, { transfer: [bytes] })
  } catch (reason) {
    self.postMessage({ id, bytes: null, problem: reason instanceof Error ? reason.message : String(reason) } satisfies MoveAnswer)
  }
}
