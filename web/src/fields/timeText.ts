/** Dates and times as people type them, always Beijing time: reading, writing, and stepping the part under the caret. Pure. */

/** What a field holds: an instant (`2026-03-02T08:00`, with `:30` where seconds were typed), a day, or a time of day. */
export type TimeKind = 'instant' | 'day' | 'clock'

const BEIJING_MS = 8 * 3_600_000
const DAY_MS = 86_400_000
/** The last moment of a day, which is no hour of it. */
const END_OF_DAY = '24:00'

interface Parts {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  /** Null: none was typed. */
  readonly second: number | null
}

const DAY = String.raw`(?<year>\d{4})[-/.](?<month>\d{1,2})[-/.](?<day>\d{1,2})`
const CLOCK = String.raw`(?<hour>\d{1,2}):(?<minute>\d{2})`
const DIGITS_DAY = String.raw`(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})`
const DIGITS_CLOCK = String.raw`(?<hour>\d{2})(?<minute>\d{2})`
/** Separated as people write, or digits alone: a telephone's number pad has nothing else. */
const patterns: Readonly<Record<TimeKind, readonly RegExp[]>> = {
  instant: [new RegExp(`^${DAY}[ T]+${CLOCK}(?::(?<second>\\d{2}))?$`, 'i'), new RegExp(`^${DIGITS_DAY}[ T]?${DIGITS_CLOCK}(?<second>\\d{2})?$`, 'i')],
  day: [new RegExp(`^${DAY}$`), new RegExp(`^${DIGITS_DAY}$`)],
  clock: [new RegExp(`^${CLOCK}$`), new RegExp(`^${DIGITS_CLOCK}$`)],
}
const WITH_ZONE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d)$/i

/** Wide digits and signs of a Chinese keyboard, and 年月日时分秒, as the plain ones. */
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll(/[年月]/g, '-')
    .replaceAll('日', ' ')
    .replaceAll(/[时時点](?=\d)/g, ':')
    .replaceAll(/分(?=\d)/g, ':')
    .replaceAll(/[时時点]$/g, ':00')
    .replaceAll(/[分秒]$/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()

function partsOf(kind: TimeKind, typed: string): Parts | null {
  const found = patterns[kind].map((pattern) => pattern.exec(typed)).find((match) => match !== null)?.groups
  if (found === undefined) return null
  const part = (name: keyof Parts, otherwise: number): number => (found[name] === undefined ? otherwise : Number(found[name]))
  return { year: part('year', 2000), month: part('month', 1), day: part('day', 1), hour: part('hour', 0), minute: part('minute', 0), second: found['second'] === undefined ? null : Number(found['second']) }
}

/** Milliseconds of the parts, as if Beijing were UTC; null for a day or hour there is none of. */
function plainMs({ year, month, day, hour, minute, second }: Parts): number | null {
  if (hour > 23 || minute > 59 || (second ?? 0) > 59) return null
  const at = new Date(Date.UTC(year, month - 1, day, hour, minute, second ?? 0))
  at.setUTCFullYear(year)
  return at.getUTCMonth() === month - 1 && at.getUTCDate() === day ? at.getTime() : null
}

function written(kind: TimeKind, plain_ms: number, seconds: boolean): string {
  const text = new Date(plain_ms).toISOString()
  if (kind === 'day') return text.slice(0, 10)
  return kind === 'clock' ? text.slice(11, 16) : text.slice(0, seconds ? 19 : 16)
}

/** What a text stands for, in the one form the console's drafts hold; null where it is no such time. */
export function readTime(kind: TimeKind, text: string): string | null {
  if (kind === 'instant' && WITH_ZONE.test(text.trim())) {
    const at = Date.parse(text.trim().replace(' ', 'T').toUpperCase())
    return Number.isNaN(at) ? null : written('instant', at + BEIJING_MS, at % 60_000 !== 0)
  }
  if (kind === 'clock' && plain(text) === END_OF_DAY) return END_OF_DAY
  const parts = partsOf(kind, plain(text))
  const at = parts === null ? null : plainMs(parts)
  return at === null ? null : written(kind, at, parts!.second !== null)
}

/** A held value as it is shown: a space where the draft has a T; anything else as it was typed. */
export const shownTime = (kind: TimeKind, value: string): string => (kind === 'instant' && readTime(kind, value) === value ? value.replace('T', ' ') : value)

/** An instant as a field holds it: whole seconds where `seconds` is said, else whole minutes. */
export const instantField = (at_ms: number, seconds = false): string => written('instant', at_ms + BEIJING_MS, seconds)

/** The instant a field of date and time holds, in milliseconds; null where it holds none. */
export function instantMs(value: string): number | null {
  const read = readTime('instant', value)
  return read === null ? null : Date.parse(`${read.length === 16 ? `${read}:00` : read}+08:00`)
}

export const isClock = (value: string): boolean => readTime('clock', value) === value

type Unit = keyof Parts
/** Where each part stands in what is shown. */
const places: Readonly<Record<TimeKind, readonly (readonly [Unit, number, number])[]>> = {
  instant: [['year', 0, 4], ['month', 5, 7], ['day', 8, 10], ['hour', 11, 13], ['minute', 14, 16], ['second', 17, 19]],
  day: [['year', 0, 4], ['month', 5, 7], ['day', 8, 10]],
  clock: [['hour', 0, 2], ['minute', 3, 5]],
}

export interface Stepped {
  readonly value: string
  /** The part that was stepped, to be marked in what is shown. */
  readonly from: number
  readonly to: number
}

/** Step the part the caret stands in; it carries into the larger ones, and a month keeps to its last day. Null: nothing to step. */
export function stepTime(kind: TimeKind, text: string, caret: number, by: number): Stepped | null {
  const value = readTime(kind, text)
  if (value === null) return null
  const shown = shownTime(kind, value)
  const there = places[kind].filter(([, from]) => from < shown.length)
  // Typed otherwise than it is shown, the caret says nothing of the part: the finest one is meant.
  const [unit, from, to] = (text === shown ? there.find((place) => caret <= place[2]) : undefined) ?? there.at(-1)!
  const parts = partsOf(kind, value === END_OF_DAY ? '00:00' : value)!
  return { value: written(kind, stepped(parts, unit, by), parts.second !== null), from, to }
}

function stepped(parts: Parts, unit: Unit, by: number): number {
  const at = plainMs(parts)!
  if (unit === 'second') return at + by * 1000
  if (unit === 'minute') return at + by * 60_000
  if (unit === 'hour') return at + by * 3_600_000
  if (unit === 'day') return at + by * DAY_MS
  const months = parts.year * 12 + parts.month - 1 + (unit === 'year' ? 12 * by : by)
  const [year, month] = [Math.floor(months / 12), (months % 12) + 1]
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate()
  return plainMs({ ...parts, year, month, day: Math.min(parts.day, last) })!
}
