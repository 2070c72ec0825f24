/** One replay: window, cursor, pace; the feed the map shows, kept in step with the address. */

import { useCallback, useEffect, useRef, useState } from 'react'
import { getRange, whyNot } from '../../api/replay'
import type { Problem } from '../../api/types'
import { city } from '../../city/shenzhen'
import { instant } from '../../i18n/format'
import { ReplayFeed, type ReplayState } from '../../live/replayFeed'
import { beginsAt, readPlace, shortInstant, withMark, writeMarks, type Bookmark, type Speed } from '../../replay/replayTime'
import { replaceParam } from '../../app/urlState'

const SEEK_SETTLE_MS = 180
const ADDRESS_EVERY_MS = 1_000

export interface ReplayControl {
  readonly feed: ReplayFeed
  readonly from_ms: number
  readonly to_ms: number
  readonly length_s: number
  /** Where it is; while the scrubber is dragged, where that is. */
  readonly cursor_ms: number
  readonly phase: ReplayState['phase']
  readonly paused: boolean
  readonly speed: Speed
  readonly problem: Problem | null
  readonly marks: readonly Bookmark[]
  readonly load: (from_ms: number, length_s: number, at_ms?: number) => void
  readonly seek: (at_ms: number) => void
  readonly toggle: () => void
  readonly setSpeed: (speed: Speed) => void
  readonly addMark: (label: string) => void
  readonly removeMark: (mark: Bookmark) => void
}

export function useReplay(now_ms: number): ReplayControl {
  const [first] = useState(() => ({ ...readPlace(window.location.search, now_ms), search: window.location.search }))
  const [feed] = useState(() => new ReplayFeed(city.origin, city.feed_bbox))
  const [bounds, setBounds] = useState({ from_ms: first.from_ms, length_s: first.length_s })
  const [state, setState] = useState<ReplayState>({ cursor_ms: first.at_ms, phase: 'loading' })
  const [wanted, setWanted] = useState<number | null>(first.at_ms)
  const [paused, setPaused] = useState(true)
  const [speed, setSpeedState] = useState<Speed>(first.speed)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [marks, setMarks] = useState(first.marks)
  const { from_ms, length_s } = bounds
  const to_ms = from_ms + length_s * 1000
  const pace = useRef({ speed, paused })
  pace.current = { speed, paused }

  useEffect(() => {
    const off = feed.onState(setState)
    return () => {
      off()
      feed.stop()
    }
  }, [feed])

  // Each place asked for is one replay from there; while the scrubber moves only the last one counts.
  useEffect(() => {
    if (wanted === null) return
    const timer = setTimeout(() => {
      setProblem(null)
      feed.play(wanted, to_ms, pace.current.speed, pace.current.paused)
      setWanted(null)
    }, SEEK_SETTLE_MS)
    return () => clearTimeout(timer)
  }, [feed, wanted, to_ms])

  const failed = state.phase === 'failed'
  useEffect(() => {
    if (!failed) return
    let current = true
    void whyNot(from_ms).then((answer) => {
      if (current) setProblem(answer.ok ? { code: 'service_unreachable' } : answer.problem)
    })
    return () => {
      current = false
    }
  }, [failed, from_ms])

  const cursor_ms = wanted ?? state.cursor_ms
  const at = useRef(cursor_ms)
  at.current = cursor_ms
  useEffect(() => {
    const timer = setInterval(() => replaceParam('at', shortInstant(Math.round(at.current / 1000) * 1000)), ADDRESS_EVERY_MS)
    return () => clearInterval(timer)
  }, [])
  useEffect(() => {
    replaceParam('from', shortInstant(from_ms))
    replaceParam('length', String(length_s))
    replaceParam('speed', String(speed))
    replaceParam('marks', writeMarks(marks))
  }, [from_ms, length_s, speed, marks])

  const load = useCallback((next_ms: number, next_s: number, at_ms?: number) => {
    const whole_ms = Math.round(next_ms / 1000) * 1000
    setBounds({ from_ms: whole_ms, length_s: next_s })
    setWanted(at_ms ?? whole_ms)
  }, [])
  // Half an hour back there may be nothing yet: it then begins where the recording does, unless it was moved meanwhile.
  const untouched = useRef(true)
  useEffect(() => {
    void getRange().then((answer) => {
      const from = answer.ok ? beginsAt(first.search, first.from_ms, instant(answer.value.from)?.getTime() ?? null) : null
      if (from !== null && untouched.current) load(from, first.length_s)
    })
    return () => {
      untouched.current = false
    }
  }, [first, load])
  const moved = useCallback<ReplayControl['load']>(
    (...place) => {
      untouched.current = false
      load(...place)
    },
    [load],
  )
  const seek = useCallback(
    (next_ms: number) => {
      untouched.current = false
      setWanted(Math.min(to_ms, Math.max(from_ms, next_ms)))
    },
    [from_ms, to_ms],
  )
  const toggle = useCallback(() => {
    const next = !pace.current.paused
    setPaused(next)
    if (!next && state.phase === 'ended') setWanted(from_ms)
    else feed.pace(pace.current.speed, next)
  }, [feed, state.phase, from_ms])
  const setSpeed = useCallback(
    (next: Speed) => {
      setSpeedState(next)
      feed.pace(next, pace.current.paused)
    },
    [feed],
  )
  const addMark = useCallback((label: string) => setMarks((before) => withMark(before, { at_ms: Math.round(at.current / 1000) * 1000, label })), [])
  const removeMark = useCallback((mark: Bookmark) => setMarks((before) => before.filter((item) => item !== mark)), [])
  const phase = wanted === null ? state.phase : 'loading'
  return { feed, from_ms, to_ms, length_s, cursor_ms, phase, paused, speed, problem, marks, load: moved, seek, toggle, setSpeed, addMark, removeMark }
}
