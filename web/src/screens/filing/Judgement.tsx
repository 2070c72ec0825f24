/** What a check or a refusal said: the outcome, every reason drawn on the map, and counter-offers that can be filed. */

import { useEffect, useMemo, useState } from 'react'
import type { FlightPlan } from '../../api/types'
import { useConsole } from '../../app/consoleContext'
import type { Fleet } from '../../app/hooks'
import { useLook } from '../../app/look'
import { useOther } from '../../app/useOther'
import type { Focus } from '../../map/focusDrawing'
import { OfferItem, ReasonItem } from '../../panels/Reasons'
import { TakeOffer } from '../../panels/TakeOffer'
import { offerFocus, reasonFocus } from '../../plan/reasonFocus'
import { plannedFlight } from '../../plan/schedule'

interface Props {
  readonly plan: FlightPlan
  readonly fleet: Fleet
  readonly files: boolean
  readonly onFocus: (focus: Focus | null) => void
  readonly onPlan: (planId: string) => void
}

type Chosen = { readonly kind: 'reason' | 'offer'; readonly index: number }

export function Judgement({ plan, fleet, files, onFocus, onPlan }: Props) {
  const { t } = useLook()
  const { airspace } = useConsole()
  const flight = useMemo(() => plannedFlight(plan), [plan])
  const reasons = plan.decision?.reasons ?? []
  const offers = plan.decision?.counter_offers ?? []
  // The first reason is drawn at once: who is refused wants to see where.
  const [chosen, setChosen] = useState<Chosen | null>(reasons.length === 0 ? null : { kind: 'reason', index: 0 })
  const reason = chosen?.kind === 'reason' ? (reasons[chosen.index] ?? null) : null
  const offer = chosen?.kind === 'offer' ? (offers[chosen.index] ?? null) : null
  const other = useOther(flight, reason)
  useEffect(() => {
    if (reason !== null) onFocus(reasonFocus(flight, reason, other?.plan ?? null, other?.closest ?? null))
    else onFocus(offer === null ? null : offerFocus(offer))
  }, [flight, reason, offer, other, onFocus])
  useEffect(() => () => onFocus(null), [onFocus])
  const choose = (next: Chosen) => setChosen((before) => (before?.kind === next.kind && before.index === next.index ? null : next))
  return (
    <>
      {plan.decision !== undefined && (
        <p className="filing-outcome" data-outcome={plan.decision.outcome} role="status">
          {t(`filing_would_${plan.decision.outcome}`)}
        </p>
      )}
      <ul className="reasons" aria-label={t('plans_reasons')}>
        {reasons.map((item, index) => (
          <ReasonItem key={index} reason={item} plan={plan} zones={airspace.zones} sites={airspace.sites} fleet={fleet} chosen={item === reason} other={item === reason ? other : null} onChoose={() => choose({ kind: 'reason', index })} onPlan={onPlan} />
        ))}
      </ul>
      {offers.length > 0 && (
        <>
          <h2>{t('offers_title')}</h2>
          <ul className="reasons" aria-label={t('offers_title')}>
            {offers.map((item, index) => (
              <OfferItem key={index} offer={item} chosen={item === offer} onChoose={() => choose({ kind: 'offer', index })}>
                {files && <TakeOffer offer={item} onPlan={onPlan} />}
              </OfferItem>
            ))}
          </ul>
          <p className="note">{t('offers_note')}</p>
        </>
      )}
    </>
  )
}
