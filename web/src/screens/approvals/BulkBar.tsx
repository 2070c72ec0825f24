/** Accept what is clean, many at once: asked once, carried out one by one, each answer verified. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import { decidePlan } from '../../api/client'
import type { QueueItem } from '../../approvals/queue'
import { useLook } from '../../app/look'
import { number } from '../../i18n/format'
import { problemWords } from '../../ui/problem'

interface Props {
  readonly clean: readonly QueueItem[]
  readonly chosen: readonly QueueItem[]
  readonly onMark: (id: string, on: boolean) => void
  readonly onDone: () => void
}

type Step =
  | { readonly phase: 'choosing' }
  | { readonly phase: 'asked' }
  | { readonly phase: 'sending'; readonly done: number; readonly n: number }
  | { readonly phase: 'done'; readonly accepted: number; readonly failures: readonly string[] }

export function BulkBar({ clean, chosen, onMark, onDone }: Props) {
  const { t, lang } = useLook()
  const [step, setStep] = useState<Step>({ phase: 'choosing' })

  const send = async () => {
    const batch = [...chosen]
    const failures: string[] = []
    let accepted = 0
    for (const [done, item] of batch.entries()) {
      setStep({ phase: 'sending', done, n: batch.length })
      const answer = await decidePlan(item.plan_id!, 'approved', null)
      onMark(item.id, false)
      const name = item.registration ?? item.plan_id!
      if (answer.ok && answer.value.state === 'approved') accepted++
      else failures.push(`${name}: ${answer.ok ? answer.value.state : problemWords(t, lang, answer.problem)}`)
    }
    setStep({ phase: 'done', accepted, failures })
    onDone()
  }

  const all = clean.length > 0 && chosen.length === clean.length
  return (
    <div className="approvals-bulk">
      <div className="decide-buttons">
        <Button
          className="quiet-button"
          isDisabled={clean.length === 0 || step.phase === 'sending'}
          onPress={() => {
            setStep({ phase: 'choosing' })
            for (const { id } of clean) onMark(id, !all)
          }}
        >
          {all ? t('approvals_select_none') : t('approvals_select_clean', { n: number(lang, clean.length) })}
        </Button>
        {chosen.length > 0 && (step.phase === 'choosing' || step.phase === 'done') && (
          <Button className="main-button" onPress={() => setStep({ phase: 'asked' })}>
            {t('approvals_bulk', { n: number(lang, chosen.length) })}
          </Button>
        )}
      </div>
      {step.phase === 'asked' && chosen.length > 0 && (
        <div className="approvals-question" data-escape-cancels="true" onKeyDown={(event) => event.key === 'Escape' && setStep({ phase: 'choosing' })}>
          <p>{t('approvals_bulk_effect')}</p>
          <div className="decide-buttons">
            <Button className="main-button" autoFocus onPress={() => void send()}>
              {t('approvals_bulk_confirm', { n: number(lang, chosen.length) })}
            </Button>
            <Button className="quiet-button" onPress={() => setStep({ phase: 'choosing' })}>
              {t('decide_back')}
            </Button>
          </div>
        </div>
      )}
      <div role="status">
        {step.phase === 'sending' && t('approvals_bulk_busy', { done: number(lang, step.done), n: number(lang, step.n) })}
        {step.phase === 'done' && (
          <>
            <p className="approvals-verified">{t('approvals_bulk_done', { accepted: number(lang, step.accepted), failed: number(lang, step.failures.length) })}</p>
            {step.failures.map((words) => (
              <p key={words} className="approvals-failure">
                {words}
              </p>
            ))}
          </>
        )}
      </div>
    </div>
  )
}
