/** The drawing tool of a screen: there once the map is ready, for as long as the screen wants it. */
import { useEffect, useState } from 'react'
import type { CityMap } from '../map/cityMap'
import type { DraftEvents, DraftTool } from '../map/draftTool'

/** `onShape` and `onFinish` must be stable: a new one makes the tool anew. Null while there is none. */
export function useDraftTool(map: CityMap | null, wanted: boolean, onShape: DraftEvents['onShape'], onFinish: DraftEvents['onFinish']): DraftTool | null {
  const [tool, setTool] = useState<DraftTool | null>(null)
  useEffect(() => {
    if (map === null || !wanted) return
    let dropped = false
    map.whenReady(() => {
      if (!dropped) setTool(map.startDraft({ onShape, onFinish }))
    })
    return () => {
      dropped = true
      setTool(null)
      map.endDraft()
    }
  }, [map, wanted, onShape, onFinish])
  return tool
}
