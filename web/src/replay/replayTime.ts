/** What of a replay stands in the address, and where it is. */

export const speeds = [0.25, 0.5, 1, 2, 5, 10, 30, 60] as const
export type Speed = (typeof speeds)[number]

export interface Bookmark {
  readonly at_ms: number
  readonly label: string
}

export interface ReplayPlace {
  readonly from_ms: number
  readonly length_s: number
  readonly at_ms: number
  readonly speed: Speed
  readonly marks: readonly Bookmark[]
  readonly track_a: string | null
  readonly track_b: string | null
}

export const lengthsS = [300, 600, 1800, 3600, 10_800, 43_200, 86_400] as const
const MAX_MARKS = 40
const MAX_LABEL = 60

const instantMs = (text: string | null): number | null => {
  if (text === null) return null
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : at
}

/** Read the address; without a window, the half hour before `now_ms`. */
export function readPlace(search: string, now_ms: number): ReplayPlace {
  const query = new URLSearchParams(search)
  const asked = Number(query.get('length'))
  const length_s = lengthsS.find((value) => value === asked) ?? 1800
  const at = instantMs(query.get('at'))
  const from_ms = instantMs(query.get('from')) ?? (at === null ? now_ms - length_s * 1000 : at - (length_s * 1000) / 2)
  const wanted = Number(query.get('speed') ?? '1')
  return {
    from_ms,
    length_s,
    at_ms: Math.min(Math.max(at ?? from_ms, from_ms), from_ms + length_s * 1000),
    speed: speeds.find((value) => value === wanted) ?? 1,
    marks: readMarks(query.get('marks')),
    track_a: query.get('a'),
    track_b: query.get('b'),
  }
}

/** Where a replay without a place of its own in the address begins: not before anything was recorded. Null: as it stands. */
export function beginsAt(search: string, from_ms: number, recorded_ms: number | null): number | null {
  const query = new URLSearchParams(search)
  const placed = instantMs(query.get('from')) !== null || instantMs(query.get('at')) !== null
  return placed || recorded_ms === null || recorded_ms <= from_ms ? null : recorded_ms
}

/** Bookmarks as `instant~label` separated by bars; what cannot be read is left out. */
export function readMarks(text: string | null): readonly Bookmark[] {
  if (text === null || text === '') return []
  return text
    .split('|')
    .slice(0, MAX_MARKS)
    .flatMap((part) => {
      const cut = part.indexOf('~')
      const at_ms = instantMs(cut < 0 ? part : part.slice(0, cut))
      return at_ms === null ? [] : [{ at_ms, label: cut < 0 ? '' : part.slice(cut + 1, cut + 1 + MAX_LABEL) }]
    })
    .sort((a, b) => a.at_ms - b.at_ms)
}

export const writeMarks = (marks: readonly Bookmark[]): string =>
  marks.map(({ at_ms, label }) => `${shortInstant(at_ms)}~${label.replaceAll(/[|~]/g, ' ').slice(0, MAX_LABEL)}`).join('|')

/** An instant without the noise of milliseconds that are zero. */
export const shortInstant = (at_ms: number): string => new Date(at_ms).toISOString().replace('.000Z', 'Z')

export const withMark = (marks: readonly Bookmark[], mark: Bookmark): readonly Bookmark[] =>
  [...marks.filter(({ at_ms }) => at_ms !== mark.at_ms), mark].sort((a, b) => a.at_ms - b.at_ms).slice(-MAX_MARKS)

/** Where a replay is, from where it started and how long it has played. */
export function cursorMs(from_ms: number, to_ms: number, since_ms: number, now_ms: number, speed: number, paused: boolean): number {
  return paused ? Math.min(from_ms, to_ms) : Math.min(to_ms, from_ms + Math.max(0, now_ms - since_ms) * speed)
}
