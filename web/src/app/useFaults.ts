/** The simulated vehicles and their faults, where there are any. */

import { useCallback, useEffect, useRef, useState } from 'react'
import { getFaults, type FaultsAnswer } from '../api/faults'
import type { Problem, Role } from '../api/types'

const EVERY_MS = 2_000

export interface FaultBook {
  /** null: this server has no simulated vehicles to control, or the person may not. */
  readonly answer: FaultsAnswer | null
  readonly problem: Problem | null
  readonly reload: () => void
}

const allowed: readonly Role[] = ['dispatcher', 'admin']

/** Ask once whether faults can be given here; while the panel is open, read them every two seconds. */
export function useFaults(role: Role, open: boolean): FaultBook {
  const [answer, setAnswer] = useState<FaultsAnswer | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const now = useRef<() => void>(() => {})
  useEffect(() => {
    if (!allowed.includes(role)) return
    let current = true
    let timer: ReturnType<typeof setTimeout> | undefined
    let asked = 0
    const load = async () => {
      clearTimeout(timer)
      const mine = ++asked
      const got = await getFaults()
      if (!current || mine !== asked) return
      if (got.ok) setAnswer(got.value)
      setProblem(got.ok ? null : got.problem)
      if (open) timer = setTimeout(() => void load(), EVERY_MS)
    }
    now.current = () => void load()
    void load()
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [role, open])
  const reload = useCallback(() => now.current(), [])
  return { answer, problem, reload }
}
