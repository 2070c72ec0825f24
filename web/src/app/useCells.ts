/** The city's cells, read while the layer is on: kept out of React's state, handed to the map as they come. */

import { useEffect, useState } from 'react'
import { request } from '../api/client'
import type { Problem } from '../api/types'
import { city } from '../city/shenzhen'
import type { Cell, CellView } from '../map/cellLayer'
import type { CityMap } from '../map/cityMap'

const EVERY_MS = 30_000
const RESOLUTION = 9

export function useCells(map: CityMap | null, view: CellView): Problem | null {
  const [problem, setProblem] = useState<Problem | null>(null)
  useEffect(() => {
    if (map === null || view === 'none') return
    let current = true
    let timer: ReturnType<typeof setTimeout>
    const load = async () => {
      const query = new URLSearchParams({ res: String(RESOLUTION), bbox: city.home_bbox.join(',') })
      const answer = await request<{ readonly items: readonly Cell[] }>('GET', `/v1/airspace/cells?${query}`)
      if (!current) return
      if (answer.ok) map.setCells(view, answer.value.items)
      setProblem(answer.ok ? null : answer.problem)
      timer = setTimeout(() => void load(), EVERY_MS)
    }
    void load()
    return () => {
      current = false
      clearTimeout(timer)
      map.setCells('none', [])
    }
  }, [map, view])
  return problem
}
