/** How many pads of each site are free now, for the map; read while the sites are shown. */

import { useEffect } from 'react'
import { getSiteStates } from '../api/fleetState'
import type { CityMap } from '../map/cityMap'

const EVERY_MS = 20_000

export function useSitePads(map: CityMap | null, wanted: boolean): void {
  useEffect(() => {
    if (map === null || !wanted) return
    let current = true
    let timer: ReturnType<typeof setTimeout>
    const load = async () => {
      const answer = await getSiteStates()
      if (!current) return
      // What cannot be read is not shown as free: the numbers go until they are known again.
      map.setPads(answer.ok ? new Map(answer.value.sites.map((site) => [site.site_id, site])) : new Map())
      timer = setTimeout(() => void load(), EVERY_MS)
    }
    void load()
    return () => {
      current = false
      clearTimeout(timer)
      map.setPads(new Map())
    }
  }, [map, wanted])
}
