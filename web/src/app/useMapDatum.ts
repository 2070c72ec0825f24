/** The datum of heights on the map: chosen once on this machine, kept in the address, handed to the feed. */

import { useCallback, useEffect, useMemo, useState } from 'react'
import { request } from '../api/client'
import { city } from '../city/shenzhen'
import { askedAt, Heights, mapDatums, type MapDatum } from '../live/heights'
import type { LiveFeed } from '../live/liveFeed'
import { replaceParam } from './urlState'

const DATUM_KEY = 'hexlane.map_datum'
const AGAIN_MS = 30_000

function firstDatum(): MapDatum {
  const query = new URLSearchParams(window.location.search)
  const asked = query.get('datum')
  // A link without a datum is of the days when heights in it were above the ellipsoid.
  const kept = query.has('above') || query.has('below') ? 'HAE' : window.localStorage.getItem(DATUM_KEY)
  return mapDatums.find((datum) => datum === (asked ?? kept)) ?? 'AMSL'
}

/** The geoid over the city, as the service has it; null where it did not say. */
async function geoid(): Promise<Heights | null> {
  const { lons_deg, lats_deg } = askedAt(city.home_bbox)
  const places = lats_deg.flatMap((lat_deg) => lons_deg.map((lon_deg) => ({ lat_deg: String(lat_deg), lon_deg: String(lon_deg), alt_m: '0', alt_datum: 'HAE' })))
  const answers = await Promise.all(places.map((place) => request<{ readonly alt_hae_m: number; readonly alt_amsl_m: number }>('GET', `/v1/airspace/at?${new URLSearchParams(place)}`)))
  const undulations_m: number[] = []
  for (const answer of answers) {
    if (!answer.ok) return null
    undulations_m.push(answer.value.alt_hae_m - answer.value.alt_amsl_m)
  }
  return new Heights({ lons_deg, lats_deg, undulations_m }, city.origin)
}

export interface DatumControl {
  readonly datum: MapDatum
  /** False while the geoid is not known: heights then stay above the ellipsoid, and say so. */
  readonly known: boolean
  /** The geoid where heights are above sea level; null: heights above the ellipsoid. */
  readonly heights: Heights | null
  readonly set: (datum: MapDatum) => void
}

export function useMapDatum(feed: LiveFeed): DatumControl {
  const [datum, setDatum] = useState<MapDatum>(firstDatum)
  const [heights, setHeights] = useState<Heights | null>(null)
  const wanted = datum !== 'HAE' && heights === null
  useEffect(() => {
    if (!wanted) return
    let current = true
    let timer: ReturnType<typeof setTimeout>
    const load = async () => {
      const found = await geoid()
      if (!current) return
      setHeights(found)
      if (found === null) timer = setTimeout(() => void load(), AGAIN_MS)
    }
    void load()
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [wanted])
  useEffect(() => {
    replaceParam('datum', datum)
  }, [datum])
  const used = datum === 'AMSL' ? heights : null
  useEffect(() => feed.setHeights(used), [feed, used])
  const set = useCallback((next: MapDatum) => {
    window.localStorage.setItem(DATUM_KEY, next)
    setDatum(next)
  }, [])
  const known = datum === 'HAE' || heights !== null
  return useMemo(() => ({ datum, known, heights: used, set }), [datum, known, used, set])
}
