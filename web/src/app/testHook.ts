/** A read-only window into the running console for end-to-end tests. */

import type { LiveFeed } from '../live/liveFeed'
import type { CityMap } from '../map/cityMap'

export interface HexlaneHook {
  readonly droneCount: () => number
  readonly trackIds: () => string[]
  /** Where a track is drawn, CSS pixels of the page, dead reckoning included. */
  readonly trackPixel: (trackId: string) => { x: number; y: number } | null
  readonly trackState: (trackId: string) => { state: number; age_s: number; lat_deg: number; lon_deg: number } | null
  readonly link: () => string
  readonly mapIdle: () => boolean
  /** What the focus draws: its lines, and whether each stands back behind the one brought forward. */
  readonly focusLines: () => { kind: string; quiet: boolean }[]
  /** Areas of a file that are drawn before they are published. */
  readonly previewed: () => number
  /** Frames the map has drawn so far. */
  readonly framesDrawn: () => number
}

declare global {
  interface Window {
    __hexlane?: HexlaneHook
  }
}

export function installTestHook(feed: LiveFeed, map: CityMap): () => void {
  const hook: HexlaneHook = Object.freeze({
    droneCount: () => feed.frame.count,
    trackIds: () => [...feed.identities()].map((item) => item.track_id),
    trackPixel: (trackId: string) => map.pixelOf(trackId),
    trackState: (trackId: string) => {
      const fix = feed.fixOfTrack(trackId)
      return fix === null ? null : { state: fix.state, age_s: fix.age_s, lat_deg: fix.lat_deg, lon_deg: fix.lon_deg }
    },
    link: () => feed.stats?.link ?? 'connecting',
    mapIdle: () => map.idle,
    focusLines: () => map.focusLines,
    previewed: () => map.previewed,
    framesDrawn: () => map.framesDrawn,
  })
  window.__hexlane = hook
  return () => {
    if (window.__hexlane === hook) delete window.__hexlane
  }
}
