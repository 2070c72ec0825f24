/** Whole seconds until an instant, never below none. */
export const secondsTo = (at: string, now_ms: number): number => Math.max(0, Math.ceil((Date.parse(at) - now_ms) / 1000))
