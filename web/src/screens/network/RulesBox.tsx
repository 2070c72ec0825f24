/** Limits of ground risk, the price of noise, and what a breach does to plans that are only filed. */

import { useCallback, useEffect, useState } from 'react'
import { Button } from 'react-aria-components'
import { getGroundRules, putGroundRules } from '../../api/network'
import type { Problem } from '../../api/types'
import { useLook } from '../../app/look'
import { number } from '../../i18n/format'
import { answersToBreach, operations, rulesBody, rulesDraftOf, rulesFaults, type RuleField, type RulesDraft } from '../../network/groundRules'
import { problemWords } from '../../ui/problem'
import { Choice } from '../airspace/ZoneForm'
import { Question, Said, Text } from './parts'

type Step = { readonly phase: 'editing' | 'asked' | 'busy' } | { readonly phase: 'done'; readonly seen: boolean } | { readonly phase: 'failed'; readonly problem: Problem }

export function RulesBox({ edits }: { readonly edits: boolean }) {
  const { t, lang } = useLook()
  const [draft, setDraft] = useState<RulesDraft | null>(null)
  const [step, setStep] = useState<Step>({ phase: 'editing' })
  const load = useCallback(async () => {
    const answer = await getGroundRules()
    if (answer.ok) setDraft(rulesDraftOf(answer.value))
    else setStep({ phase: 'failed', problem: answer.problem })
    return answer
  }, [])
  useEffect(() => void load(), [load])
  if (draft === null) return step.phase === 'failed' ? <Said good={false}>{problemWords(t, lang, step.problem)}</Said> : <p className="quiet network-note">{t('value_waiting')}</p>
  const faults = rulesFaults(draft)
  const set = (part: Partial<RulesDraft>) => {
    setDraft({ ...draft, ...part })
    setStep({ phase: 'editing' })
  }
  const publish = async () => {
    setStep({ phase: 'busy' })
    const body = rulesBody(draft)
    const answer = await putGroundRules(body, draft.version)
    if (!answer.ok) return setStep({ phase: 'failed', problem: answer.problem })
    const read = await load()
    // What was sent is not what is believed: what is read back is.
    setStep({ phase: 'done', seen: read.ok && read.value.version === answer.value.version && JSON.stringify(rulesBody(rulesDraftOf(read.value))) === JSON.stringify(body) })
  }
  const field = (name: RuleField, label: string, help?: string) => <Text label={label} type="number" value={draft[name]} readOnly={!edits} onChange={(value) => set({ [name]: value })} {...(help === undefined ? {} : { help })} />
  const check = (name: 'enforced' | 'enforced_synthetic', label: string) => (
    <label>
      <input type="checkbox" checked={draft[name]} disabled={!edits} onChange={(event) => set({ [name]: event.target.checked })} /> {label}
    </label>
  )
  const named = (operation: (typeof operations)[number]) => t(`operation_${operation}`)
  return (
    <section className="zone-edit" aria-label={t('network_rules')}>
      <p className="quiet">{t('rules_version', { n: number(lang, draft.version) })}</p>
      <fieldset className="zone-group network-checks">
        <legend>{t('rules_limits')}</legend>
        <div className="zone-grid">
          {field('buffer', t('rules_buffer'))}
          {field('exposed_most', t('rules_exposed_most'))}
          {field('exposed_share', t('rules_exposed_share'))}
          {field('energy', t('rules_energy'))}
        </div>
        {check('enforced', t('rules_enforced'))}
        {check('enforced_synthetic', t('rules_enforced_synthetic'))}
      </fieldset>
      <fieldset className="zone-group">
        <legend>{t('rules_noise')}</legend>
        <div className="zone-grid">
          {field('price', t('rules_price'), t('rules_price_help'))}
          {field('reference', t('rules_reference'))}
          {field('reach', t('rules_reach'))}
          {field('detour', t('rules_detour'))}
        </div>
      </fieldset>
      <fieldset className="zone-group">
        <legend>{t('rules_filed')}</legend>
        <div className="zone-grid">
          {operations.map((operation) =>
            edits ? (
              <Choice key={operation} label={named(operation)} value={draft.filed[operation]} options={answersToBreach.map((item) => [item, t(`rules_${item}`)] as const)} onChange={(answer) => set({ filed: { ...draft.filed, [operation]: answer } })} />
            ) : (
              <Text key={operation} label={named(operation)} value={t(`rules_${draft.filed[operation]}`)} readOnly onChange={() => undefined} />
            ),
          )}
        </div>
      </fieldset>
      {step.phase === 'failed' && <Said good={false}>{problemWords(t, lang, step.problem)}</Said>}
      {step.phase === 'done' && <Said good={step.seen}>{step.seen ? t('rules_done', { n: number(lang, draft.version) }) : t('rules_unread')}</Said>}
      {!edits ? (
        <p className="quiet">{t('rules_locked')}</p>
      ) : step.phase === 'asked' || step.phase === 'busy' ? (
        <Question effect={t('rules_effect')} yes={t('network_publish')} busy={step.phase === 'busy'} onYes={() => void publish()} onNo={() => setStep({ phase: 'editing' })} />
      ) : (
        <>
          {faults.length > 0 && <p className="zone-wrong">{t('rules_wrong')}</p>}
          <Button className="main-button" isDisabled={faults.length > 0} onPress={() => setStep({ phase: 'asked' })}>
            {t('network_publish')}
          </Button>
        </>
      )}
    </section>
  )
}
