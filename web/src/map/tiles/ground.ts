/** The ground the service is set up with, asked for once a page; none is the usual case. */

import { openGround, type Ground, type TileSettings } from './baseTiles'

export interface GroundState {
  readonly ground: readonly Ground[]
  readonly attribution: string
  /** Why the city's own tiles are not shown; null when nothing is wrong. */
  readonly failed: string | null
}

export const noGround: GroundState = { ground: [], attribution: '', failed: null }

let asked: Promise<GroundState> | null = null

async function ask(): Promise<GroundState> {
  try {
    const answer = await fetch('/map-settings.json', { credentials: 'same-origin', cache: 'no-store' })
    if (!answer.ok) return noGround
    const settings = (await answer.json()) as TileSettings
    if (settings.sources.length === 0) return noGround
    try {
      return { ground: await openGround(settings), attribution: settings.attribution, failed: null }
    } catch (reason) {
      // The base map at hand is better than none; the person is told why it is not the city's.
      return { ...noGround, failed: reason instanceof Error ? reason.message : String(reason) }
    }
  } catch {
    return noGround
  }
}

export const loadGround = (): Promise<GroundState> => (asked ??= ask())
