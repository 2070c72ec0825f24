/** Which item of a chart is pointed at, by hand or by arrow keys. */

import { useState, type KeyboardEvent } from 'react'

const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -Infinity, End: Infinity }

/** The item after a key: nothing pointed at yet begins at the end the key comes from; null for a key that is not ours. */
export function stepped(key: string, before: number | null, count: number): number | null {
  const by = steps[key]
  if (by === undefined || count === 0) return null
  return Math.min(count - 1, Math.max(0, (before ?? (by > 0 ? -1 : count)) + by))
}

export interface Reading {
  readonly pointed: number | null
  readonly point: (item: number | null) => void
  readonly onKeyDown: (event: KeyboardEvent) => void
}

export function useReading(count: number): Reading {
  const [pointed, point] = useState<number | null>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    const next = stepped(event.key, pointed, count)
    if (next === null) return
    event.preventDefault()
    event.stopPropagation()
    point(next)
  }
  // What was pointed at may be gone with new figures.
  return { pointed: pointed !== null && pointed < count ? pointed : null, point, onKeyDown }
}
