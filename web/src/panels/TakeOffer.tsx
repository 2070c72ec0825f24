/** A firm takes a counter-offer: it is filed as it stands, and judged again like every plan. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import { fileOffer } from '../api/client'
import type { CounterOffer, Problem } from '../api/types'
import { useLook } from '../app/look'
import { problemWords } from '../ui/problem'
import { inWords } from './CommandBox'

interface Props {
  readonly offer: CounterOffer
  readonly onPlan: (planId: string) => void
}

export function TakeOffer({ offer, onPlan }: Props) {
  const { t, lang } = useLook()
  const [open, setOpen] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const take = async () => {
    setBusy(true)
    const answer = await fileOffer(offer)
    setBusy(false)
    setOpen(false)
    if (answer.ok) return onPlan(answer.value.plan_id)
    setProblem(answer.problem)
  }
  const first = problem?.decision?.reasons[0]
  return (
    <>
      {open ? (
        <div className="zone-question" role="group" aria-label={t('offer_take')} data-escape-cancels="true" onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}>
          <p>{t('offer_take_effect')}</p>
          <div className="decide-buttons">
            <Button className="main-button" autoFocus isDisabled={busy} onPress={() => void take()}>
              {t('offer_take_confirm')}
            </Button>
            <Button className="quiet-button" isDisabled={busy} onPress={() => setOpen(false)}>
              {t('decide_back')}
            </Button>
          </div>
        </div>
      ) : (
        <Button className="quiet-button" onPress={() => setOpen(true)}>
          {t('offer_take')}
        </Button>
      )}
      {problem !== null && (
        <p className="decide-problem" role="alert">
          {t('offer_take_failed', { reason: first === undefined ? problemWords(t, lang, problem) : inWords(lang, first) })}
        </p>
      )}
    </>
  )
}
