/** Another time or height for a plan that waits: judged as filing it would be, drawn, and then offered. */

import { useState, type FormEvent } from 'react'
import { Button } from 'react-aria-components'
import { checkAlternative, type JudgedAlternative } from '../../api/approvals'
import type { CounterOffer, Problem } from '../../api/types'
import { useLook } from '../../app/look'
import { Field } from '../../fields/Field'
import { keyFor } from '../../i18n/translate'
import { problemWords } from '../../ui/problem'

interface Props {
  readonly planId: string
  /** Draw it on the map; null takes it off. */
  readonly onDraw: (offer: CounterOffer | null) => void
  readonly onOffer: (offer: CounterOffer) => void
}

export function AlternativeBox({ planId, onDraw, onOffer }: Props) {
  const { t, lang } = useLook()
  const [minutes, setMinutes] = useState('0')
  const [climb, setClimb] = useState('0')
  const [judged, setJudged] = useState<JudgedAlternative | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  const wanted = { delay_s: Number(minutes) * 60, climb_m: Number(climb) }
  const empty = !Number.isFinite(wanted.delay_s + wanted.climb_m) || (wanted.delay_s === 0 && wanted.climb_m === 0)
  const change = (set: (text: string) => void) => (text: string) => {
    set(text)
    setJudged(null)
    onDraw(null)
  }
  const judge = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    const answer = await checkAlternative(planId, wanted)
    setBusy(false)
    setProblem(answer.ok ? null : answer.problem)
    setJudged(answer.ok ? answer.value : null)
    onDraw(answer.ok ? answer.value.offer : null)
  }
  const outcome = judged === null ? null : keyFor('approvals_alternative_', judged.decision.outcome)
  return (
    <form className="alternative" aria-label={t('approvals_alternative')} onSubmit={(event) => void judge(event)}>
      <h3>{t('approvals_alternative')}</h3>
      <div className="alternative-fields">
        <Field label={t('approvals_alternative_minutes')}>{(id) => <input id={id} type="number" step="1" min="-1440" max="1440" value={minutes} onChange={(event) => change(setMinutes)(event.target.value)} />}</Field>
        <Field label={t('approvals_alternative_climb')}>{(id) => <input id={id} type="number" step="1" min="-500" max="500" value={climb} onChange={(event) => change(setClimb)(event.target.value)} />}</Field>
        <Button className="quiet-button" type="submit" isDisabled={busy || empty}>
          {t('approvals_alternative_judge')}
        </Button>
      </div>
      <div role="status">
        {outcome !== null && judged !== null && <p className={judged.decision.outcome === 'refused' ? 'decide-problem' : 'approvals-verified'}>{t(outcome)}</p>}
        {judged?.decision.outcome === 'refused' &&
          judged.decision.reasons
            .filter(({ severity }) => severity === 'refuse')
            .map((reason, index) => <p key={index}>{lang === 'zh-CN' ? (reason.detail_zh ?? reason.detail) : reason.detail}</p>)}
      </div>
      {problem !== null && (
        <p className="decide-problem" role="alert">
          {t('approvals_alternative_failed', { reason: problemWords(t, lang, problem) })}
        </p>
      )}
      {judged !== null && judged.decision.outcome !== 'refused' && (
        <Button className="quiet-button" onPress={() => onOffer(judged.offer)}>
          {t('approvals_offer')}
        </Button>
      )}
    </form>
  )
}
