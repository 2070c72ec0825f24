/** Looking up and filling in the catalogue's sentences. */

import { catalogue, type Entry, type Key, type Text } from './catalogue'

export type Lang = 'zh-CN' | 'en'
export const langs: readonly Lang[] = ['zh-CN', 'en']
export type Params = Readonly<Record<string, string | number>>
export type Translate = (key: Key, params?: Params) => string

const plural: Record<Lang, Intl.PluralRules> = { 'zh-CN': new Intl.PluralRules('zh-CN'), en: new Intl.PluralRules('en') }

function formOf(text: Text, lang: Lang, params: Params | undefined): string {
  if (typeof text === 'string') return text
  const n = Number(String(params?.['n'] ?? Number.NaN).replaceAll(',', ''))
  return plural[lang].select(n) === 'one' ? text.one : text.other
}

/** Return a translator for one language; a parameter missing from a call stays visible as `{name}`. */
export function translator(lang: Lang): Translate {
  return (key, params) => {
    const entry: Entry = catalogue[key]
    const told = formOf(lang === 'zh-CN' ? entry.zh : entry.en, lang, params)
    // The font at hand draws curved quotes a whole character wide, as Chinese wants them.
    const text = lang === 'en' ? told.replaceAll(/[‘’]/g, "'").replaceAll(/[“”]/g, '"') : told
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = params?.[name]
      return value === undefined ? whole : String(value)
    })
  }
}

/** A key made from a value the service sent, when the catalogue has it. */
export function keyFor(prefix: string, value: string | null | undefined): Key | null {
  const key = `${prefix}${value ?? ''}`
  return Object.hasOwn(catalogue, key) ? (key as Key) : null
}

/** The language of a `?lang=` value or of the browser's own preferences; Chinese where neither says. */
export function chooseLang(asked: string | null, preferred: readonly string[]): Lang {
  for (const tag of [asked ?? '', ...preferred]) {
    if (/^zh/i.test(tag)) return 'zh-CN'
    if (/^en/i.test(tag)) return 'en'
  }
  return asked === null && preferred.length > 0 ? 'en' : 'zh-CN'
}
