/** What may be done with an order, in two presses, and the state the service answers. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import { request } from '../../api/client'
import type { Order } from '../../api/logistics'
import type { Problem, Role } from '../../api/types'
import { useLook } from '../../app/look'
import { keyFor } from '../../i18n/translate'
import { problemWords } from '../../ui/problem'

const steps = ['release', 'cancel', 'retry'] as const
type Step = (typeof steps)[number]

const possible: Readonly<Record<Step, readonly Order['state'][]>> = {
  release: ['assigned'],
  cancel: ['created', 'assigned'],
  retry: ['failed', 'returned'],
}

export function OrderActions({ order, role, onDone }: { readonly order: Order; readonly role: Role; readonly onDone: () => void }) {
  const { t, lang } = useLook()
  const [asked, setAsked] = useState<Step | null>(null)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [state, setState] = useState<string | null>(null)
  if (role !== 'operator' && role !== 'dispatcher') return null
  const offered = steps.filter((step) => possible[step].includes(order.state))
  const send = async (step: Step) => {
    setBusy(true)
    const answer = await request<Order>('POST', `/v1/orders/${encodeURIComponent(order.order_id)}/${step}`)
    setBusy(false)
    setAsked(null)
    setProblem(answer.ok ? null : answer.problem)
    setState(answer.ok ? answer.value.state : null)
    onDone()
  }
  const key = keyFor('parcel_state_', state)
  return (
    <div className="order-actions">
      {asked === null ? (
        <div className="decide-buttons">
          {offered.map((step) => (
            <Button key={step} className="quiet-button" onPress={() => setAsked(step)}>
              {t(`logistics_${step}`)}
            </Button>
          ))}
        </div>
      ) : (
        <div className="zone-question" data-escape-cancels="true" onKeyDown={(event) => event.key === 'Escape' && setAsked(null)}>
          <p>{t(`logistics_${asked}_effect`)}</p>
          <div className="decide-buttons">
            <Button className={`main-button ${asked === 'retry' ? '' : 'main-danger'}`} autoFocus isDisabled={busy} onPress={() => void send(asked)}>
              {t(`logistics_${asked}_confirm`)}
            </Button>
            <Button className="quiet-button" isDisabled={busy} onPress={() => setAsked(null)}>
              {t('decide_back')}
            </Button>
          </div>
        </div>
      )}
      <div role="status">
        {state !== null && <p className="approvals-verified">{t('logistics_done', { state: key === null ? state : t(key) })}</p>}
        {problem !== null && <p className="decide-problem">{t('decide_failed', { reason: problemWords(t, lang, problem) })}</p>}
      </div>
    </div>
  )
}
