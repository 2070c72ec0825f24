/** A list a firm keeps (carriers, batteries, crews) with its form: what is saved is read back before it is believed. */

import { useCallback, useEffect, useState, type ReactNode } from 'react'
import { Button } from 'react-aria-components'
import type { Answer } from '../../api/client'
import type { Page, Problem } from '../../api/types'
import { useLook } from '../../app/look'
import type { Key } from '../../i18n/catalogue'
import { problemWords } from '../../ui/problem'
import { Icon } from '../../ui/icons'
import { Said } from '../network/parts'

interface Props<T, D> {
  readonly label: Key
  readonly none: Key
  readonly add: Key
  readonly columns: readonly Key[]
  readonly edits: boolean
  readonly read: () => Promise<Answer<Page<T>>>
  readonly idOf: (item: T) => string
  readonly nameOf: (item: T) => string
  readonly cells: (item: T) => readonly ReactNode[]
  readonly draftOf: (item: T | null) => D
  readonly fits: (draft: D) => boolean
  readonly save: (draft: D) => Promise<Answer<T>>
  /** Whether what is read back says what was sent. */
  readonly says: (item: T, draft: D) => boolean
  readonly form: (draft: D, set: (part: Partial<D>) => void) => ReactNode
  readonly sorted?: (items: readonly T[]) => readonly T[]
}

type Outcome = { readonly name: string; readonly seen: boolean } | { readonly problem: Problem } | null

export function KeptTab<T, D extends object>({ label, none, add, columns, edits, read, idOf, nameOf, cells, draftOf, fits, save, says, form, sorted }: Props<T, D>) {
  const { t, lang } = useLook()
  const [items, setItems] = useState<readonly T[] | null>(null)
  const [draft, setDraft] = useState<D | null>(null)
  const [title, setTitle] = useState('')
  const [outcome, setOutcome] = useState<Outcome>(null)
  const [busy, setBusy] = useState(false)
  const load = useCallback(async () => {
    const answer = await read()
    if (answer.ok) setItems(answer.value.items)
    else setOutcome({ problem: answer.problem })
    return answer.ok ? answer.value.items : null
  }, [read])
  useEffect(() => void load(), [load])
  const open = (item: T | null) => {
    setDraft(draftOf(item))
    setTitle(item === null ? t(add) : t('fleet_edit', { name: nameOf(item) }))
    setOutcome(null)
  }
  const keep = async (made: D) => {
    setBusy(true)
    const answer = await save(made)
    setBusy(false)
    if (!answer.ok) return setOutcome({ problem: answer.problem })
    const found = (await load())?.find((item) => idOf(item) === idOf(answer.value))
    setOutcome({ name: nameOf(answer.value), seen: found !== undefined && says(found, made) })
    setDraft(null)
  }
  const wrong = outcome !== null && 'problem' in outcome ? [problemWords(t, lang, outcome.problem), ...(outcome.problem.errors ?? []).map((item) => (lang === 'zh-CN' ? (item.detail_zh ?? item.detail) : item.detail))].join(' ') : null
  const shown = sorted === undefined ? (items ?? []) : sorted(items ?? [])
  return (
    <>
      {edits && draft === null && (
        <Button className="quiet-button fleet-add" onPress={() => open(null)}>
          <Icon name="plus" /> {t(add)}
        </Button>
      )}
      {wrong !== null && <Said good={false}>{wrong}</Said>}
      {outcome !== null && 'name' in outcome && <Said good={outcome.seen}>{t(outcome.seen ? 'fleet_saved' : 'fleet_unread', { name: outcome.name })}</Said>}
      {draft !== null && (
        <section className="fleet-form" aria-label={title}>
          <h2>{title}</h2>
          {form(draft, (part) => setDraft({ ...draft, ...part }))}
          <div className="decide-buttons">
            <Button className="main-button" isDisabled={busy || !fits(draft)} onPress={() => void keep(draft)}>
              {t('fleet_save')}
            </Button>
            <Button className="quiet-button" onPress={() => setDraft(null)}>
              {t('decide_back')}
            </Button>
          </div>
        </section>
      )}
      {items === null ? (
        <p className="quiet">{t('value_waiting')}</p>
      ) : items.length === 0 ? (
        <p className="quiet fleet-none">{t(none)}</p>
      ) : (
        <table className="fleet-table" aria-label={t(label)}>
          <thead>
            <tr>
              {columns.map((key) => (
                <th key={key} scope="col">
                  {t(key)}
                </th>
              ))}
              {edits && <td />}
            </tr>
          </thead>
          <tbody>
            {shown.map((item) => (
              <tr key={idOf(item)}>
                <th scope="row">{nameOf(item)}</th>
                {cells(item).map((cell, i) => (
                  <td key={i}>{cell}</td>
                ))}
                {edits && (
                  <td>
                    <Button className="link-button" aria-label={t('fleet_edit', { name: nameOf(item) })} onPress={() => open(item)}>
                      {t('fleet_change')}
                    </Button>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}
