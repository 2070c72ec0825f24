/** What was, is and was taken back: undo and redo of values that are never changed in place. */

export interface History<T> {
  readonly past: readonly T[]
  readonly present: T
  readonly future: readonly T[]
}

const LIMIT = 200

export const begin = <T>(present: T): History<T> => ({ past: [], present, future: [] })

/** A step. `join` replaces the last one instead: the many moves of one drag are one step. */
export function step<T>(history: History<T>, present: T, join = false): History<T> {
  if (present === history.present) return history
  return join ? { ...history, present, future: [] } : { past: [...history.past, history.present].slice(-LIMIT), present, future: [] }
}

export function undo<T>(history: History<T>): History<T> {
  const before = history.past[history.past.length - 1]
  return before === undefined ? history : { past: history.past.slice(0, -1), present: before, future: [history.present, ...history.future] }
}

export function redo<T>(history: History<T>): History<T> {
  const [after, ...rest] = history.future
  return after === undefined ? history : { past: [...history.past, history.present], present: after, future: rest }
}
