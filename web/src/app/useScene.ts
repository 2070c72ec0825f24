/** What a screen shows on the shared map; taken off again when the screen goes. */

import { useEffect, useRef } from 'react'
import type { CityMap, Insets, LayerGroup, Picked } from '../map/cityMap'
import type { Focus } from '../map/focusDrawing'
import type { PlannedFlight } from '../plan/schedule'
import { useConsole } from './consoleContext'

export interface Scene {
  readonly picked?: Picked | null
  readonly flight?: PlannedFlight | null
  readonly focus?: Focus | null
  readonly following?: boolean
  readonly hidden?: ReadonlySet<LayerGroup>
  /** Whether a list has the lower edge of the map. */
  readonly lowerList?: boolean
  /** What the screen covers at the edges, CSS pixels; keep it one object. */
  readonly insets?: Insets
  readonly onPick?: (picked: Picked | null) => void
  readonly onTakenOver?: () => void
}

const nothingHidden: ReadonlySet<LayerGroup> = new Set()

export function useScene({ picked = null, flight = null, focus = null, following = false, hidden = nothingHidden, lowerList = false, insets, onPick, onTakenOver }: Scene): CityMap | null {
  const { map } = useConsole()
  const handlers = useRef({ onPick, onTakenOver })
  useEffect(() => {
    handlers.current = { onPick, onTakenOver }
  })
  useEffect(() => {
    map?.setEvents({
      onPick: (next) => handlers.current.onPick?.(next),
      onTakenOver: () => handlers.current.onTakenOver?.(),
    })
    return () => {
      map?.setEvents({})
      map?.select(null)
      map?.setPlan(null)
      map?.setFocus(null)
      map?.setFollowing(false)
      map?.setHidden(nothingHidden)
      map?.setPlansOpen(false)
      map?.setInsets(null)
    }
  }, [map])
  useEffect(() => map?.setHidden(hidden), [map, hidden])
  useEffect(() => map?.select(picked), [map, picked])
  useEffect(() => map?.setPlan(flight), [map, flight])
  useEffect(() => map?.setFocus(focus), [map, focus])
  useEffect(() => map?.setPlansOpen(lowerList), [map, lowerList])
  useEffect(() => map?.setFollowing(following), [map, following])
  useEffect(() => map?.setInsets(insets ?? null), [map, insets])
  return map
}
