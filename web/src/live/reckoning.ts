/**
 * Dead reckoning: a symbol moves on along its last velocity for at most 2 s after it was observed, then stands still.
 *
 * The vertex shader of the drone layer does the same sum (see `reckonedSeconds` there); this is for everything
 * that needs a position on the CPU: picking, the selection, the panel, tests.
 */

export const MAX_RECKONING_S = 2
/** From this age on a symbol is grey and its age is written beside it. */
export const STALE_AFTER_S = 2

/** Seconds to move a position on that is `age_s` old; a clock that runs ahead never moves it backwards. */
export const reckonedSeconds = (age_s: number): number => Math.min(Math.max(age_s, 0), MAX_RECKONING_S)

export const isStale = (age_s: number): boolean => age_s > STALE_AFTER_S
