/** What every screen may use: the session, the live feed, the map, what is kept up to date for all of them. */

import { createContext, useContext } from 'react'
import type { SessionAnswer } from '../api/types'
import type { LiveFeed } from '../live/liveFeed'
import type { FeedStats } from '../live/protocol'
import type { CityMap } from '../map/cityMap'
import type { Airspace } from './hooks'
import type { Alerts } from './useAlerts'
import type { DatumControl } from './useMapDatum'
import type { Checklists } from './useChecklists'
import type { GroundStops } from './useGroundStops'
import type { Sectors } from './useSectors'

export interface ConsoleState {
  readonly session: SessionAnswer
  readonly feed: LiveFeed
  /** Counts and the state of the connection, twice a second. */
  readonly stats: FeedStats | null
  /** The server's clock, each full second. */
  readonly now_ms: number
  readonly airspace: Airspace
  readonly alerts: Alerts
  /** Which position owns what. */
  readonly sectors: Sectors
  readonly checklists: Checklists
  readonly groundStops: GroundStops
  /** The datum of heights on the map. */
  readonly datum: DatumControl
  /** Null until the map is there. */
  readonly map: CityMap | null
  readonly screen: string
  /** The place in the bar for the screen's own buttons; use `TopActions`. */
  readonly slot: HTMLElement | null
  /** Go to a screen; `params` become its part of the address (`{ plan: 'pl_…' }` opens that plan on the live map). */
  readonly go: (screen: string, params?: Readonly<Record<string, string>>) => void
  readonly openHelp: () => void
}

export const ConsoleContext = createContext<ConsoleState | null>(null)

export function useConsole(): ConsoleState {
  const state = useContext(ConsoleContext)
  if (state === null) throw new Error('useConsole outside the console')
  return state
}
