import type { Problem } from '../api/types'
import { keyFor, type Lang, type Translate } from '../i18n/translate'

/** An API problem in words the reader understands. */
export function problemWords(t: Translate, lang: Lang, problem: Problem): string {
  const said = lang === 'zh-CN' ? (problem.detail_zh ?? problem.detail) : problem.detail
  if (said !== undefined && said !== '') return said
  const key = keyFor('problem_', problem.code)
  return key === null ? t('problem_other', { code: problem.code }) : t(key)
}
