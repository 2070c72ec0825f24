/** Numbers and instants as people read them. Unknown values never pass for numbers. */

import type { Lang, Translate } from './translate'
import type { Key } from './catalogue'

const numbers = new Map<string, Intl.NumberFormat>()

/** Format with a fixed number of decimals; negative zero is zero. */
export function number(lang: Lang, value: number, decimals = 0): string {
  const id = `${lang}${decimals}`
  let format = numbers.get(id)
  if (format === undefined) {
    format = new Intl.NumberFormat(lang, { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    numbers.set(id, format)
  }
  const text = format.format(value)
  return /^-[0.,]*$/.test(text) ? text.slice(1) : text
}

/** A quantity with its unit, or the word for unknown when it is null, undefined or not finite. */
export function quantity(
  t: Translate,
  lang: Lang,
  unit: Extract<Key, `unit_${string}`>,
  value: number | null | undefined,
  decimals = 0,
): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return t('value_unknown')
  return t(unit, { n: number(lang, value, decimals) })
}

const clockParts = (zone: string, date: boolean) =>
  new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    ...(date ? { year: 'numeric', month: '2-digit', day: '2-digit' } : {}),
  } as Intl.DateTimeFormatOptions)

const formats = {
  beijing: clockParts('Asia/Shanghai', false),
  utc: clockParts('UTC', false),
  beijingDay: clockParts('Asia/Shanghai', true),
  utcDay: clockParts('UTC', true),
}

const joined = (text: string): string => text.replace(',', '')

/** HH:MM:SS in Beijing. */
export const beijingTime = (at: Date | number): string => formats.beijing.format(at)
/** HH:MM:SS in UTC. */
export const utcTime = (at: Date | number): string => formats.utc.format(at)
/** YYYY-MM-DD HH:MM:SS in Beijing. */
export const beijingDayTime = (at: Date | number): string => joined(formats.beijingDay.format(at))
/** YYYY-MM-DD HH:MM:SS in UTC. */
export const utcDayTime = (at: Date | number): string => joined(formats.utcDay.format(at))
/** YYYY-MM-DD in Beijing. */
export const beijingDay = (at: Date | number): string => beijingDayTime(at).slice(0, 10)

/** An RFC 3339 text as a time of day in Beijing; null when it is no instant. */
export function instant(text: string | null | undefined): Date | null {
  if (text === null || text === undefined) return null
  const at = new Date(text)
  return Number.isNaN(at.getTime()) ? null : at
}

/** Latitude and longitude in degrees with hemisphere letters, five decimals (about a metre). */
export function position(lat_deg: number, lon_deg: number): string {
  const lat = `${Math.abs(lat_deg).toFixed(5)}° ${lat_deg < 0 ? 'S' : 'N'}`
  const lon = `${Math.abs(lon_deg).toFixed(5)}° ${lon_deg < 0 ? 'W' : 'E'}`
  return `${lat}  ${lon}`
}

/** Heading in whole degrees as three digits, 000 to 359. */
export const heading = (deg: number): string => String(((Math.round(deg) % 360) + 360) % 360).padStart(3, '0')

/** The name in the reader's language. */
export const localName = (lang: Lang, item: { readonly name: string; readonly name_zh?: string | null | undefined }): string =>
  lang === 'zh-CN' && item.name_zh ? item.name_zh : item.name

/** From how high to how high something reaches; no upper bound is no unknown one. */
export function bandWords(t: Translate, lang: Lang, { lower_m, upper_m, datum }: { readonly lower_m: number | null; readonly upper_m: number | null; readonly datum: 'AGL' | 'AMSL' | 'HAE' }): string {
  const lower = lower_m === null ? t('value_unknown') : number(lang, lower_m)
  return upper_m === null ? t('altitude_band_open', { lower, datum: t(`datum_${datum}`) }) : t('altitude_band', { lower, upper: number(lang, upper_m), datum: t(`datum_${datum}`) })
}

/** What a firm is called in the reader's language; `otherwise` of one that is not among those the reader knows. */
export function firmName(lang: Lang, firms: ReadonlyMap<string, { readonly name: string; readonly name_zh?: string | null | undefined }>, id: string | null | undefined, otherwise: string | null = id ?? null): string | null {
  const firm = id === null || id === undefined ? undefined : firms.get(id)
  return firm === undefined ? otherwise : localName(lang, firm)
}

/** Names one after the other, as the reader's language sets them apart. */
export const listed = (lang: Lang, names: readonly string[]): string => names.join(lang === 'zh-CN' ? '、' : ', ')

/** What the service says of a thing, in the reader's language. */
export const localDetail = (lang: Lang, item: { readonly detail: string; readonly detail_zh?: string | null | undefined }): string =>
  lang === 'zh-CN' && item.detail_zh ? item.detail_zh : item.detail
