/** The board of the sectors, kept up to date; quick while the city is divided, slow while one position has everything. */

import { useCallback, useEffect, useMemo, useState } from 'react'
import { getBoard, type PositionLoad, type SectorBoard } from '../api/sectors'
import type { Problem, Role } from '../api/types'

const QUICK_MS = 2_000
const SLOW_MS = 30_000

export interface Sectors {
  readonly board: SectorBoard | null
  readonly problem: Problem | null
  readonly reload: () => void
  readonly position: (positionId: string) => PositionLoad | null
  /** The position of an open alert; null while the city is not divided. */
  readonly ownerOf: (alertId: string) => string | null
}

/** Whether a role may see the board at all. */
export const seesSectors = (role: Role): boolean => role === 'dispatcher' || role === 'regulator' || role === 'admin'

export function useSectors(role: Role): Sectors {
  const wanted = seesSectors(role)
  const [board, setBoard] = useState<SectorBoard | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (!wanted) return
    let current = true
    let timer: ReturnType<typeof setTimeout>
    const load = async () => {
      const answer = await getBoard()
      if (!current) return
      if (answer.ok) setBoard(answer.value)
      setProblem(answer.ok ? null : answer.problem)
      timer = setTimeout(() => void load(), answer.ok && !answer.value.in_use ? SLOW_MS : QUICK_MS)
    }
    void load()
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [wanted, round])
  const reload = useCallback(() => setRound((before) => before + 1), [])
  return useMemo(() => {
    const positions = new Map((board?.positions ?? []).map((item) => [item.position_id, item]))
    const owners = new Map((board?.in_use === true ? board.alert_owners : []).map((item) => [item.alert_id, item.position_id]))
    return { board, problem, reload, position: (ref) => positions.get(ref) ?? null, ownerOf: (alert) => owners.get(alert) ?? null }
  }, [board, problem, reload])
}
