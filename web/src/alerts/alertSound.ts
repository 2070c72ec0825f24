/** Which alerts are to be heard: a new or graver one that waits, and again while an emergency waits unanswered. Pure. */

import type { AlertSeverity } from '../api/types'
import { awaits, isEffect, type AlertBook } from './alertBook'

export type Tone = 'emergency' | 'warning' | 'caution'

const tones: Readonly<Partial<Record<AlertSeverity, Tone>>> = { emergency: 'emergency', warning: 'warning', caution: 'caution' }
const gravity: readonly Tone[] = ['emergency', 'warning', 'caution']
export const REPEAT_MS = 15_000

export interface Heard {
  /** Severity each waiting alert was last heard at. */
  readonly known: ReadonlyMap<string, AlertSeverity>
  readonly last_ms: number
}

export const nothingHeard: Heard = { known: new Map(), last_ms: Number.NEGATIVE_INFINITY }

/** What to play now, the gravest only, and what has been heard then. The first look plays nothing: a shift begins with what is known. */
export function hear(heard: Heard | null, book: AlertBook, now_ms: number): { readonly tone: Tone | null; readonly heard: Heard } {
  const waiting = [...book.values()].filter((alert) => awaits(alert) && !isEffect(alert, book))
  const known = new Map(waiting.map(({ alert_id, severity }) => [alert_id, severity]))
  if (heard === null) return { tone: null, heard: { known, last_ms: now_ms } }
  const rank = (severity: AlertSeverity | undefined) => {
    const tone = severity === undefined ? undefined : tones[severity]
    return tone === undefined ? gravity.length : gravity.indexOf(tone)
  }
  const fresh = waiting.filter(({ alert_id, severity }) => rank(severity) < rank(heard.known.get(alert_id)))
  const again = now_ms - heard.last_ms >= REPEAT_MS ? waiting.filter(({ severity }) => severity === 'emergency') : []
  const loudest = [...fresh, ...again].map(({ severity }) => rank(severity)).sort((a, b) => a - b)[0]
  const tone = loudest === undefined ? null : (gravity[loudest] ?? null)
  return { tone, heard: { known, last_ms: tone === null ? heard.last_ms : now_ms } }
}
