/** Ground stops that hold: for the notice, the map and the list; read every few seconds, and at once after a change made here. */

import { useCallback, useEffect, useMemo, useState } from 'react'
import { getGroundStops, type GroundStop } from '../api/groundStops'
import type { Problem, Role } from '../api/types'
import { standing } from '../map/stopDrawing'

const EVERY_MS = 5_000

export interface GroundStops {
  /** The one that ends first before the others; null until the service has said which there are. */
  readonly items: readonly GroundStop[] | null
  /** Why they could not be read; what was known before stays. */
  readonly problem: Problem | null
  readonly reload: () => void
}

/** `now_ms` is the server's clock: a stop leaves when its time is over, though nobody could be asked. */
export function useGroundStops(role: Role, now_ms: number): GroundStops {
  const wanted = role !== 'supplier'
  const [told, setTold] = useState<readonly GroundStop[] | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (!wanted) return
    let current = true
    let timer: ReturnType<typeof setTimeout>
    const load = async () => {
      const answer = await getGroundStops()
      if (!current) return
      // The same list stays the same object: the map draws only what changed.
      if (answer.ok) setTold((before) => (JSON.stringify(before) === JSON.stringify(answer.value.items) ? before : answer.value.items))
      setProblem(answer.ok ? null : answer.problem)
      timer = setTimeout(() => void load(), EVERY_MS)
    }
    void load()
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [wanted, round])
  const reload = useCallback(() => setRound((before) => before + 1), [])
  const ids = told === null ? null : standing(told, now_ms).map(({ ground_stop_id }) => ground_stop_id).join(' ')
  // What holds changes seldom, the clock each second.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const items = useMemo(() => (told === null ? null : standing(told, now_ms)), [told, ids])
  return useMemo(() => ({ items, problem, reload }), [items, problem, reload])
}
