/** What stands against an item now, what could be offered instead, and its decision in two presses. */

import { useState } from 'react'
import { Button, Label, TextArea, TextField, ToggleButton } from 'react-aria-components'
import { decideApproval, giveAlternative } from '../../api/approvals'
import { decidePlan } from '../../api/client'
import type { CounterOffer, DecisionReason, Problem, Role } from '../../api/types'
import { offeredReason, type Check, type QueueItem } from '../../approvals/queue'
import { useLook } from '../../app/look'
import { beijingTime } from '../../i18n/format'
import { keyFor } from '../../i18n/translate'
import type { Focus } from '../../map/focusDrawing'
import { offerFocus } from '../../plan/reasonFocus'
import { Icon } from '../../ui/icons'
import { problemWords } from '../../ui/problem'
import { SeverityMark } from '../../ui/SeverityMark'
import { AlternativeBox } from './AlternativeBox'

interface Props {
  readonly item: QueueItem
  readonly check: Check | undefined
  readonly role: Role
  readonly against: readonly DecisionReason[]
  readonly drawn: number
  readonly onDraw: (nth: number) => void
  readonly onDetails: () => void
  readonly onFocus: (focus: Focus | null) => void
  readonly onDone: () => void
}

type Verdict = { readonly outcome: 'approved' | 'refused' | 'released'; readonly offer: CounterOffer | null }
type Step =
  | { readonly phase: 'asked' }
  | { readonly phase: 'confirm'; readonly verdict: Verdict }
  | { readonly phase: 'sending'; readonly verdict: Verdict }
  | { readonly phase: 'done'; readonly state: string; readonly problem: Problem | null }

const MAX_REASON = 1_500

export function DecideItem({ item, check, role, against, drawn: drawnReason, onDraw, onDetails, onFocus, onDone }: Props) {
  const { t, lang } = useLook()
  const [step, setStep] = useState<Step>({ phase: 'asked' })
  const [reason, setReason] = useState('')
  const [drawn, setDrawn] = useState<CounterOffer | null>(null)
  const mine = item.kind === 'standing_approval' ? role === 'regulator' : role === 'dispatcher' || role === 'regulator'
  const local = (each: { readonly detail?: string | null; readonly detail_zh?: string | null }) => (lang === 'zh-CN' ? (each.detail_zh ?? each.detail) : each.detail)

  const send = async (verdict: Verdict) => {
    setStep({ phase: 'sending', verdict })
    const said = verdict.offer === null ? reason.trim() : offeredReason(lang, reason, verdict.offer)
    const words = said === '' ? null : said
    const answer =
      item.kind === 'plan' && item.plan_id !== null && verdict.offer !== null
        ? await giveAlternative(item.plan_id, { plan: verdict.offer.plan }, words)
        : item.kind === 'plan' && item.plan_id !== null
        ? await decidePlan(item.plan_id, verdict.outcome === 'released' ? 'approved' : verdict.outcome, words)
        : await decideApproval(item.id, verdict.outcome, words)
    setStep({ phase: 'done', state: answer.ok ? answer.value.state : 'waiting', problem: answer.ok ? null : answer.problem })
    onDone()
  }
  const draw = (offer: CounterOffer | null) => {
    setDrawn(offer)
    onFocus(offer === null ? null : offerFocus(offer))
  }

  const offers = check?.phase === 'judged' ? check.offers : []
  const verdict = step.phase === 'confirm' || step.phase === 'sending' ? step.verdict : null
  return (
    <div className="approval-open">
      {item.missing.length > 0 && (
        <>
          <h3>{t('approvals_missing_title')}</h3>
          <ul className="approval-missing">
            {item.missing.map((each) => (
              <li key={each.item}>
                {lang === 'zh-CN' ? each.title_zh : each.title}
                {local(each) != null && <span className="quiet block">{local(each)}</span>}
              </li>
            ))}
          </ul>
        </>
      )}
      {item.plan_id !== null && <Judged check={check} against={against} drawn={drawnReason} onDraw={onDraw} />}
      <ReasonList reasons={item.reasons} against={against} drawn={drawnReason} onDraw={onDraw} />
      {step.phase === 'done' && (
        <div role="status" className={step.problem === null ? 'approvals-verified' : 'decide-problem'}>
          {step.problem === null
            ? t('approvals_done', { state: ((key) => (key === null ? step.state : t(key)))(keyFor('approvals_state_', step.state)) })
            : t('decide_failed', { reason: problemWords(t, lang, step.problem) })}
          <ReasonList reasons={(step.problem?.decision?.reasons ?? []).filter(({ severity }) => severity === 'refuse')} />
        </div>
      )}
      {verdict === null && mine && (
        <div className="decide-buttons">
          <Button
            className="quiet-button"
            onPress={() => setStep({ phase: 'confirm', verdict: { outcome: item.kind === 'release' ? 'released' : 'approved', offer: null } })}
          >
            <Icon name="check" /> {t(item.kind === 'release' ? 'approvals_release' : 'approvals_accept')}
          </Button>
          {item.kind !== 'release' && (
            <Button className="quiet-button" onPress={() => setStep({ phase: 'confirm', verdict: { outcome: 'refused', offer: null } })}>
              <Icon name="close" /> {t('decide_refuse')}
            </Button>
          )}
          {item.plan_id !== null && (
            <Button className="quiet-button" onPress={onDetails}>
              <Icon name="plans" /> {t('plan_open')}
            </Button>
          )}
        </div>
      )}
      {!mine && <p className="quiet">{t('approvals_regulator')}</p>}
      {verdict !== null && (
        <form
          className="approvals-question"
          data-escape-cancels="true"
          onKeyDown={(event) => event.key === 'Escape' && setStep({ phase: 'asked' })}
          onSubmit={(event) => {
            event.preventDefault()
            void send(verdict)
          }}
        >
          <p>{t(effectOf(item, verdict))}</p>
          {verdict.outcome !== 'released' && (
            <TextField className="decide-reason" value={reason} onChange={setReason} maxLength={MAX_REASON} isDisabled={step.phase === 'sending'} autoFocus>
              <Label>{t(verdict.outcome === 'refused' && verdict.offer === null ? 'decide_reason' : 'decide_reason_optional')}</Label>
              <TextArea rows={2} lang={lang} />
            </TextField>
          )}
          {verdict.offer !== null && <p className="quiet">{t('approvals_offer_text', { words: offeredReason(lang, reason, verdict.offer) })}</p>}
          <div className="decide-buttons">
            <Button
              type="submit"
              className={`main-button ${verdict.outcome === 'refused' ? 'main-danger' : ''}`}
              isDisabled={step.phase === 'sending' || (verdict.outcome === 'refused' && verdict.offer === null && reason.trim() === '')}
            >
              {t(step.phase === 'sending' ? 'decide_sending' : confirmOf(item, verdict))}
            </Button>
            <Button className="quiet-button" isDisabled={step.phase === 'sending'} onPress={() => setStep({ phase: 'asked' })}>
              {t('decide_back')}
            </Button>
          </div>
        </form>
      )}
      {item.kind === 'plan' && item.plan_id !== null && mine && verdict === null && step.phase !== 'done' && (
        <AlternativeBox planId={item.plan_id} onDraw={draw} onOffer={(offer) => setStep({ phase: 'confirm', verdict: { outcome: 'refused', offer } })} />
      )}
      {item.kind === 'plan' && check?.phase === 'judged' && (check.refusing.length > 0 || offers.length > 0) && (
        <>
          <h3>{t('approvals_offer_title')}</h3>
          {offers.length === 0 && <p className="quiet">{t('approvals_offer_none')}</p>}
          <ul className="approval-offers">
            {offers.map((offer, index) => (
              <li key={index}>
                <p>{local(offer)}</p>
                <div className="decide-buttons">
                  <ToggleButton className="quiet-button reason-draw" isSelected={drawn === offer} onChange={(on) => draw(on ? offer : null)}>
                    <Icon name="eye" /> {t('draw_on_map')}
                  </ToggleButton>
                  {mine && verdict === null && (
                    <Button className="quiet-button" onPress={() => setStep({ phase: 'confirm', verdict: { outcome: 'refused', offer } })}>
                      {t('approvals_offer')}
                    </Button>
                  )}
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function effectOf(item: QueueItem, { outcome, offer }: Verdict) {
  if (outcome === 'released') return 'approvals_release_effect'
  if (outcome === 'refused') return offer === null ? 'decide_refuse_effect' : 'approvals_offer_effect'
  return item.kind === 'standing_approval' ? 'approvals_standing_accept_effect' : 'decide_accept_effect'
}

function confirmOf(item: QueueItem, { outcome, offer }: Verdict) {
  if (outcome === 'released') return 'approvals_release_confirm'
  if (outcome === 'refused') return offer === null ? 'decide_refuse_confirm' : 'approvals_offer_confirm'
  return item.kind === 'standing_approval' ? 'approvals_standing_accept_confirm' : 'decide_accept_confirm'
}

interface Drawable {
  readonly against: readonly DecisionReason[]
  readonly drawn: number
  readonly onDraw: (nth: number) => void
}

function Judged({ check, ...drawable }: Drawable & { readonly check: Check | undefined }) {
  const { t, lang } = useLook()
  return (
    <>
      <h3>{t('approvals_now_title')}</h3>
      {check === undefined && <p className="quiet">{t('approvals_now_waiting')}</p>}
      {check?.phase === 'failed' && <p className="decide-problem">{t('approvals_now_failed', { reason: problemWords(t, lang, check.problem) })}</p>}
      {check?.phase === 'judged' && (
        <>
          <p>{t(check.refusing.length === 0 ? 'approvals_now_clean' : 'approvals_now_blocked', { time: beijingTime(check.at_ms) })}</p>
          <ReasonList reasons={check.refusing} {...drawable} />
        </>
      )}
    </>
  )
}

/** Reasons in words; of several that are drawn, one is brought forward on the map by a press. */
function ReasonList({ reasons, against = [], drawn = 0, onDraw }: { readonly reasons: readonly DecisionReason[] } & Partial<Drawable>) {
  const { lang, t } = useLook()
  if (reasons.length === 0) return null
  return (
    <ul className="approval-reasons">
      {reasons.map((reason, index) => (
        <li key={index} className={`reason reason-${reason.severity ?? 'pending'}`}>
          <p className="reason-severity">
            <SeverityMark of="reason" severity={reason.severity ?? 'pending'} />
            {t(`reason_severity_${reason.severity ?? 'pending'}`)}
          </p>
          <p className="reason-words">{lang === 'zh-CN' ? (reason.detail_zh ?? reason.detail) : reason.detail}</p>
          {against.length > 1 && against.some((each) => sameReason(each, reason)) && (
            <ToggleButton
              className="quiet-button reason-draw"
              isSelected={sameReason(against[drawn], reason)}
              onChange={() => onDraw?.(against.findIndex((each) => sameReason(each, reason)))}
            >
              <Icon name="eye" /> {t('approvals_forward')}
            </ToggleButton>
          )}
        </li>
      ))}
    </ul>
  )
}

/** A plan judged again tells the same reason as another object. */
const sameReason = (a: DecisionReason | undefined, b: DecisionReason): boolean => a === b || JSON.stringify(a) === JSON.stringify(b)
