/** A person's decision on a pending plan: what it will do, a reason, a second press, and what the service answered. */

import { useState } from 'react'
import { Button, Label, TextArea, TextField } from 'react-aria-components'
import { decidePlan } from '../api/client'
import type { FlightPlan, Problem } from '../api/types'
import { useLook } from '../app/look'
import { Icon } from '../ui/icons'
import { problemWords } from '../ui/problem'

type Verdict = 'approved' | 'refused'
type Step =
  | { readonly phase: 'asked' }
  | { readonly phase: 'confirm' | 'sending'; readonly verdict: Verdict }
  | { readonly phase: 'failed'; readonly problem: Problem }
  | { readonly phase: 'contradicted'; readonly state: string }

const MAX_REASON = 2_000

export function DecideBox({ plan, onDecided }: { readonly plan: FlightPlan; readonly onDecided: (answered: FlightPlan) => void }) {
  const { t, lang } = useLook()
  const [step, setStep] = useState<Step>({ phase: 'asked' })
  const [reason, setReason] = useState('')
  const said = reason.trim()

  const send = async (verdict: Verdict) => {
    setStep({ phase: 'sending', verdict })
    const answer = await decidePlan(plan.plan_id, verdict, said === '' ? null : said)
    if (!answer.ok) return setStep({ phase: 'failed', problem: answer.problem })
    // What was asked for is not what is believed: the answered plan's own state is.
    if (answer.value.state !== verdict) setStep({ phase: 'contradicted', state: answer.value.state })
    else onDecided(answer.value)
  }

  const choosing = step.phase !== 'confirm' && step.phase !== 'sending'
  return (
    <section className="decide" aria-label={t('decide_title')}>
      <h3>{t('decide_title')}</h3>
      {choosing && (
        <>
          <div className="decide-buttons">
            <Button className="quiet-button" onPress={() => setStep({ phase: 'confirm', verdict: 'approved' })}>
              <Icon name="check" /> {t('decide_accept')}
            </Button>
            <Button className="quiet-button" onPress={() => setStep({ phase: 'confirm', verdict: 'refused' })}>
              <Icon name="close" /> {t('decide_refuse')}
            </Button>
          </div>
          {step.phase === 'failed' && <Failure problem={step.problem} />}
          {step.phase === 'contradicted' && (
            <p className="decide-problem" role="alert">
              {t('decide_contradicted', { state: step.state })}
            </p>
          )}
        </>
      )}
      {!choosing && (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void send(step.verdict)
          }}
        >
          <p>{t(step.verdict === 'approved' ? 'decide_accept_effect' : 'decide_refuse_effect')}</p>
          <TextField className="decide-reason" value={reason} onChange={setReason} maxLength={MAX_REASON} isDisabled={step.phase === 'sending'} autoFocus>
            <Label>{t(step.verdict === 'approved' ? 'decide_reason_optional' : 'decide_reason')}</Label>
            <TextArea rows={2} lang={lang} />
          </TextField>
          <div className="decide-buttons">
            <Button
              type="submit"
              className={`main-button ${step.verdict === 'refused' ? 'main-danger' : ''}`}
              isDisabled={step.phase === 'sending' || (step.verdict === 'refused' && said === '')}
            >
              {step.phase === 'sending' ? t('decide_sending') : t(step.verdict === 'approved' ? 'decide_accept_confirm' : 'decide_refuse_confirm')}
            </Button>
            <Button className="quiet-button" isDisabled={step.phase === 'sending'} onPress={() => setStep({ phase: 'asked' })}>
              {t('decide_back')}
            </Button>
          </div>
        </form>
      )}
    </section>
  )
}

function Failure({ problem }: { readonly problem: Problem }) {
  const { t, lang } = useLook()
  const standing = (problem.decision?.reasons ?? []).filter(({ severity }) => severity === 'refuse')
  const words = problemWords(t, lang, problem)
  return (
    <div className="decide-problem" role="alert">
      <p>{t('decide_failed', { reason: words })}</p>
      {standing.map((reason, i) => {
        const sentence = lang === 'zh-CN' ? (reason.detail_zh ?? reason.detail) : reason.detail
        return sentence === words ? null : <p key={i}>{sentence}</p>
      })}
    </div>
  )
}
