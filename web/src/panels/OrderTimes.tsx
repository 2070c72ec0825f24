/** Promise, lateness and cause of an order in words. */

import type { Order, Words } from '../api/logistics'
import { useLook } from '../app/look'
import { number } from '../i18n/format'
import type { Lang, Translate } from '../i18n/translate'
import { inBeijing, lateness } from '../parcel/parcelTimes'

/** What the service says, in the reader's language and clock. */
export const said = (lang: Lang, words: Words): string => inBeijing(lang === 'zh-CN' ? (words.detail_zh ?? words.detail) : words.detail)

/** A span of time in words, to the second below two minutes. */
export function span(t: Translate, lang: Lang, seconds: number): string {
  const s = Math.abs(seconds)
  if (s < 120) return t('unit_s', { n: number(lang, s) })
  return s < 7200 ? t('unit_min', { n: number(lang, Math.round(s / 60)) }) : t('unit_h', { n: number(lang, s / 3600, 1) })
}

/** How it stands to its promise: late, on time or early, said of what is expected or of what was. */
export function LatenessWords({ order, now_ms }: { readonly order: Order; readonly now_ms: number }) {
  const { t, lang } = useLook()
  const found = lateness(order, now_ms)
  if (!('late_s' in found)) return <span className="quiet">{t(found.kind === 'over' ? 'value_none' : 'value_unknown')}</span>
  const time = span(t, lang, found.late_s)
  const late = found.late_s > 0
  const key = found.kind === 'overdue' ? 'parcel_overdue' : found.kind === 'final' ? (late ? 'parcel_was_late' : 'parcel_was_early') : late ? 'parcel_will_late' : 'parcel_will_early'
  return (
    <span className={late ? 'parcel-late' : 'parcel-kept'}>
      <span aria-hidden="true">{late ? '▲ ' : '✓ '}</span>
      {t(key, { time })}
      {found.past_deadline && <span className="block">{t('parcel_past_deadline')}</span>}
    </span>
  )
}
