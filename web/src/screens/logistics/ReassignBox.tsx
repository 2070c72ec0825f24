/** Gives an order to another vehicle: chosen in a list or by dragging its bar, asked once, and verified by the answer. */

import { useEffect, useState } from 'react'
import { Button } from 'react-aria-components'
import { request } from '../../api/client'
import type { Order } from '../../api/logistics'
import type { Carrier } from '../../api/schema.gen'
import type { Problem } from '../../api/types'
import { useLook } from '../../app/look'
import { problemWords } from '../../ui/problem'

interface Props {
  readonly order: Order
  readonly vehicles: readonly Carrier[]
  readonly nameOf: (aircraftId: string) => string
  /** The vehicle a bar was dropped on. */
  readonly dropped: string | null
  readonly onDone: () => void
}

export function ReassignBox({ order, vehicles, nameOf, dropped, onDone }: Props) {
  const { t, lang } = useLook()
  const [chosen, setChosen] = useState('')
  const [asked, setAsked] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [given, setGiven] = useState<string | null>(null)
  useEffect(() => {
    if (dropped === null) return
    setChosen(dropped)
    setAsked(true)
    setProblem(null)
    setGiven(null)
  }, [dropped])
  if (vehicles.length === 0 && given === null) return <p className="quiet">{t('logistics_reassign_none')}</p>
  const send = async () => {
    setBusy(true)
    const answer = await request<Order>('POST', `/v1/orders/${encodeURIComponent(order.order_id)}/reassign`, { aircraft_id: chosen })
    setBusy(false)
    setAsked(false)
    setProblem(answer.ok ? null : answer.problem)
    // Said only where the service itself says that it flies with the vehicle asked for.
    setGiven(answer.ok && answer.value.aircraft_id === chosen ? chosen : null)
    onDone()
  }
  return (
    <div className="order-actions">
      {asked ? (
        <div className="zone-question" role="group" aria-label={t('logistics_reassign')} data-escape-cancels="true" onKeyDown={(event) => event.key === 'Escape' && setAsked(false)}>
          <p>{t(order.state === 'assigned' ? 'logistics_reassign_effect' : 'logistics_reassign_effect_new', { name: nameOf(chosen) })}</p>
          <div className="decide-buttons">
            <Button className="main-button" autoFocus isDisabled={busy} onPress={() => void send()}>
              {t('logistics_reassign_confirm', { name: nameOf(chosen) })}
            </Button>
            <Button className="quiet-button" isDisabled={busy} onPress={() => setAsked(false)}>
              {t('decide_back')}
            </Button>
          </div>
        </div>
      ) : (
        <div className="reassign-choice">
          <select aria-label={t('logistics_reassign_to')} value={chosen} onChange={(event) => setChosen(event.target.value)}>
            <option value="">{t('logistics_reassign_to')}</option>
            {vehicles.map(({ aircraft_id }) => (
              <option key={aircraft_id} value={aircraft_id}>
                {nameOf(aircraft_id)}
              </option>
            ))}
          </select>
          <Button className="quiet-button" isDisabled={chosen === ''} onPress={() => setAsked(true)}>
            {t('logistics_reassign')}
          </Button>
        </div>
      )}
      <div role="status">
        {given !== null && <p className="approvals-verified">{t('logistics_reassigned', { name: nameOf(given) })}</p>}
        {problem !== null && <p className="decide-problem">{t('logistics_reassign_failed', { reason: problemWords(t, lang, problem) })}</p>}
      </div>
    </div>
  )
}
