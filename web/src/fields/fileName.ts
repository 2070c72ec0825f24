/** Names and sizes of files. Pure. */

import { number } from '../i18n/format'
import type { Lang } from '../i18n/translate'

/** Whether a name has one of the endings, whatever its letters. */
export const isOfKind = (name: string, kinds: readonly string[]): boolean => kinds.some((kind) => name.toLowerCase().endsWith(kind.toLowerCase()))

/** A size in the units of SI, as file managers give it. */
export function fileSize(lang: Lang, bytes: number): string {
  if (bytes < 1_000) return `${number(lang, bytes)} B`
  return bytes < 1_000_000 ? `${number(lang, bytes / 1_000, 1)} kB` : `${number(lang, bytes / 1_000_000, 1)} MB`
}
