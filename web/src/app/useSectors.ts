/** The board of the sectors: read once, then told by the live feed; checked against the service twice a minute. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { getBoard, type PositionLoad, type SectorBoard } from '../api/sectors'
import type { Problem, Role } from '../api/types'
import type { LiveFeed } from '../live/liveFeed'
import type { SectorItem } from '../live/schema.gen'

const CHECK_EVERY_MS = 30_000

export interface Sectors {
  readonly board: SectorBoard | null
  readonly problem: Problem | null
  readonly reload: () => void
  /** Counts what the feed told: who owns a flight may be another now. */
  readonly news: number
  readonly position: (positionId: string) => PositionLoad | null
  /** The position of an open alert; null while the city is not divided. */
  readonly ownerOf: (alertId: string) => string | null
}

/** Whether a role may see the board at all. */
export const seesSectors = (role: Role): boolean => role === 'dispatcher' || role === 'regulator' || role === 'admin'

/** What the feed tells, on what only this person's own board says. */
export const withNews = (board: SectorBoard, { moved: _moved, division_id: _id, ...told }: SectorItem): SectorBoard => ({ ...board, ...told })

/** Whether who works where is another than the board says: then one's own position may be, too. */
export const staffDiffers = (board: SectorBoard, told: SectorItem): boolean =>
  board.version !== told.version || staffOf(board.positions) !== staffOf(told.positions)

const staffOf = (positions: SectorItem['positions'] | SectorBoard['positions']): string => JSON.stringify(positions.map(({ position_id, people }) => [position_id, people.map(({ name }) => name)]))

export function useSectors(role: Role, feed: LiveFeed): Sectors {
  const wanted = seesSectors(role)
  const [board, setBoard] = useState<SectorBoard | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [round, setRound] = useState(0)
  const [news, setNews] = useState(0)
  const shown = useRef<SectorBoard | null>(null)
  shown.current = board
  useEffect(() => {
    if (!wanted) return
    let current = true
    let timer: ReturnType<typeof setTimeout>
    const load = async () => {
      const answer = await getBoard()
      if (!current) return
      if (answer.ok) setBoard(answer.value)
      setProblem(answer.ok ? null : answer.problem)
      timer = setTimeout(() => void load(), CHECK_EVERY_MS)
    }
    void load()
    const off = feed.onMessage.on((message) => {
      const told = message.topic === 'sectors' ? (message.items[0] as SectorItem | undefined) : undefined
      if (told === undefined) return
      const before = shown.current
      setNews((count) => count + 1)
      if (before === null || staffDiffers(before, told)) {
        clearTimeout(timer)
        void load()
      } else setBoard(withNews(before, told))
    })
    return () => {
      current = false
      clearTimeout(timer)
      off()
    }
  }, [wanted, round, feed])
  const reload = useCallback(() => setRound((before) => before + 1), [])
  return useMemo(() => {
    const positions = new Map((board?.positions ?? []).map((item) => [item.position_id, item]))
    const owners = new Map((board?.in_use === true ? board.alert_owners : []).map((item) => [item.alert_id, item.position_id]))
    return { board, problem, reload, news, position: (ref) => positions.get(ref) ?? null, ownerOf: (alert) => owners.get(alert) ?? null }
  }, [board, problem, reload, news])
}
