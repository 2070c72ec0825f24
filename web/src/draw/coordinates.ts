/** Positions as people type them: decimal degrees, or degrees, minutes and seconds, latitude first or by their letters. */

import type { LonLat } from './shape'

const NUMBER = String.raw`[-+]?\d+(?:\.\d+)?`
const decimal = new RegExp(String.raw`^([NSEW])?\s*(${NUMBER})\s*°?\s*([NSEW])?$`, 'i')
const sexagesimal = /^([NSEW])?\s*(\d{1,3})[°\s]\s*(\d{1,2}(?:\.\d+)?)['′\s]\s*(?:(\d{1,2}(?:\.\d+)?)["″]?)?\s*([NSEW])?$/i

interface Angle {
  readonly deg: number
  readonly axis: 'lat' | 'lon' | null
}

function angle(text: string): Angle | null {
  const plain = decimal.exec(text)
  const parts = plain === null ? sexagesimal.exec(text) : null
  if (plain === null && parts === null) return null
  const letter = (plain === null ? (parts![1] ?? parts![5]) : (plain[1] ?? plain[3]))?.toUpperCase() ?? null
  const size = plain === null ? Number(parts![2]) + Number(parts![3]) / 60 + Number(parts![4] ?? 0) / 3600 : Number(plain[2])
  const deg = letter === 'S' || letter === 'W' ? -size : size
  return { deg, axis: letter === null ? null : letter === 'N' || letter === 'S' ? 'lat' : 'lon' }
}

/** A position, or null where the text is none. Without letters the first is the latitude, unless it cannot be one. */
export function parsePosition(text: string): LonLat | null {
  const trimmed = text.trim().replaceAll('，', ',').replaceAll('；', ';')
  const lettered = /^(.*?[NSEW])[\s,;]+(.*[NSEW])$/i.exec(trimmed) ?? /^([NSEW].*?)[\s,;]+([NSEW].*)$/i.exec(trimmed)
  const halves = lettered !== null ? [lettered[1]!, lettered[2]!] : /[,;]/.test(trimmed) ? trimmed.split(/[,;]/) : trimmed.split(/\s+/)
  if (halves.length !== 2) return null
  const [a, b] = [angle(halves[0]!.trim()), angle(halves[1]!.trim())]
  if (a === null || b === null || (a.axis !== null && a.axis === b.axis)) return null
  const swapped = a.axis === 'lon' || b.axis === 'lat' || (a.axis === null && b.axis === null && Math.abs(a.deg) > 90 && Math.abs(b.deg) <= 90)
  const [lat, lon] = swapped ? [b.deg, a.deg] : [a.deg, b.deg]
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? [lon, lat] : null
}

/** Positions one a line (or between bars); null with the number of the first line that is none. */
export function parsePositions(text: string): { readonly points: readonly LonLat[] } | { readonly wrong: number } {
  const points: LonLat[] = []
  for (const [index, line] of text.split(/\n|\|/).entries()) {
    if (line.trim() === '') continue
    const point = parsePosition(line)
    if (point === null) return { wrong: index + 1 }
    points.push(point)
  }
  return { points }
}

export const writePosition = ([lon, lat]: LonLat): string => `${lat.toFixed(6)}, ${lon.toFixed(6)}`
