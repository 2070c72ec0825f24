/** The rules: every version with what it changed; regulators change any member, see the impact, publish. */

import { useMemo, useState } from 'react'
import { Button } from 'react-aria-components'
import { getPolicies, policyImpact, putPolicy, type PolicyImpact } from '../../api/admin'
import type { Problem } from '../../api/types'
import { useConsole } from '../../app/consoleContext'
import { useFleet } from '../../app/hooks'
import { useLook } from '../../app/look'
import { beijingDayTime, instant, number } from '../../i18n/format'
import { inWords } from '../../panels/CommandBox'
import { useAsked } from '../../panels/flight/useFlightStory'
import { PolicyField } from './PolicyFields'
import { changeOf, membersOf, same, sourceOf, valueAt, withSource, withValue, type Document } from './policyForm'
import { ApiName, memberWords } from './policyWords'
import { Table, Trouble, useActing } from './parts'

export function PolicyTab() {
  const { t, lang } = useLook()
  const { session } = useConsole()
  const { busy, refused, round, act } = useActing()
  const told = useAsked(`policies ${round}`, getPolicies, null)
  const [kept, setKept] = useState(told.value)
  if (told.value !== null && told.value !== kept) setKept(told.value)
  const now = kept?.items[0] ?? null
  const writes = session.user.role === 'regulator'
  const [draft, setDraft] = useState<Document | null>(null)
  const [impact, setImpact] = useState<PolicyImpact | null>(null)
  const [done, setDone] = useState<number | null>(null)
  const members = useMemo(() => (now === null ? [] : membersOf(now.policy)), [now])
  const shown = draft ?? now?.policy ?? {}
  const change = now === null || draft === null ? {} : changeOf(now.policy, draft)
  const names = Object.keys(change)
  const edit = (next: Document | null) => {
    setImpact(null)
    setDone(null)
    setDraft(next)
  }
  const publish = async () => {
    const made = now === null ? null : await act(() => putPolicy(change, now.version))
    if (made === null) return
    edit(null)
    setDone(made.version)
  }
  return (
    <div className="admin-columns">
      <section aria-label={now === null ? t('admin_tab_policy') : t('policy_version', { n: number(lang, now.version) })}>
        <Trouble problem={told.problem} />
        {now !== null && <h2>{t('policy_version', { n: number(lang, now.version) })}</h2>}
        {!writes && <p className="quiet">{t('policy_read_only')}</p>}
        {writes && (
          <div className="policy-publish">
            <div className="admin-form">
              <Button className="quiet-button" isDisabled={busy || names.length === 0} onPress={() => void act(() => policyImpact(change)).then((found) => setImpact(found))}>
                {t('policy_impact')}
              </Button>
              <Button className="main-button" isDisabled={busy || names.length === 0 || impact === null} onPress={() => void publish()}>
                {t('policy_publish')}
              </Button>
              <Button className="quiet-button" isDisabled={busy || names.length === 0} onPress={() => edit(null)}>
                {t('policy_undo')}
              </Button>
              <span role="status">{done === null ? '' : t('policy_done', { n: number(lang, done) })}</span>
            </div>
            {names.length > 0 && <p className="mono">{t('policy_changed', { names: names.join(', ') })}</p>}
            {impact !== null && <Impact impact={impact} />}
            <Refused problem={refused} />
          </div>
        )}
        <Table label={t('admin_tab_policy')} heads={[t('policy_field'), t('policy_value')]}>
          {members.map(({ path, kind }) => {
            const value = valueAt(shown, path)
            const source = sourceOf(shown, path)
            return (
              <tr key={path} data-rank={same(value, now === null ? value : valueAt(now.policy, path)) ? 0 : 2}>
                <td>
                  <ApiName words={memberWords(t, path)} name={path} />
                </td>
                <td className="policy-value">
                  <PolicyField path={path} kind={kind} value={value} disabled={!writes} onChange={(next) => edit(withValue(shown, path, next))} />
                  {writes ? (
                    <input className="policy-source" type="text" aria-label={t('policy_source', { name: path })} placeholder={t('policy_source_none')} value={source} maxLength={300} onChange={(event) => edit(withSource(shown, path, event.target.value))} />
                  ) : (
                    source !== '' && <span className="quiet block">{source}</span>
                  )}
                </td>
              </tr>
            )
          })}
        </Table>
      </section>
      <section aria-label={t('policy_versions')}>
        <h2>{t('policy_versions')}</h2>
        <ul className="admin-list">
          {kept?.items.map((item) => {
            const at = instant(item.published_at)
            return (
              <li key={item.version}>
                <p>
                  <strong>{t('policy_version', { n: number(lang, item.version) })}</strong>{' '}
                  <span className="quiet">{t('policy_published', { who: item.published_by, time: at === null ? item.published_at : beijingDayTime(at) })}</span>
                </p>
                {item.changed.length > 0 && <p className="mono">{t('policy_changed', { names: item.changed.join(', ') })}</p>}
                {writes && item !== now && (
                  <Button className="quiet-button" onPress={() => edit(item.policy)}>
                    {t('policy_restore', { n: number(lang, item.version) })}
                  </Button>
                )}
              </li>
            )
          })}
        </ul>
      </section>
    </div>
  )
}

const NAMED_MOST = 20

/** Who would not pass under the new rules: counted, and named. */
function Impact({ impact }: { readonly impact: PolicyImpact }) {
  const { t, lang } = useLook()
  const { go } = useConsole()
  const fleet = useFleet(true)
  const plans = [...impact.airborne, ...impact.filed]
  return (
    <div role="status">
      <p>{t('policy_impact_says', { filed: number(lang, impact.counts['filed'] ?? 0), airborne: number(lang, impact.counts['airborne'] ?? 0) })}</p>
      {plans.length > 0 && (
        <ul className="admin-list" aria-label={t('policy_impact')}>
          {plans.slice(0, NAMED_MOST).map((plan) => {
            const at = instant(plan.starts_at)
            const first = plan.reasons[0]
            return (
              <li key={plan.plan_id}>
                <Button className="link-button" onPress={() => go('live', { plan: plan.plan_id })}>
                  {fleet.aircraft.get(plan.aircraft_id ?? '')?.registration ?? plan.plan_id}
                </Button>{' '}
                <span className="quiet">
                  {at === null ? '' : beijingDayTime(at)} {first === undefined ? '' : inWords(lang, first)}
                </span>
              </li>
            )
          })}
          {plans.length > NAMED_MOST && <li className="quiet">{t('impact_more', { n: number(lang, plans.length - NAMED_MOST) })}</li>}
        </ul>
      )}
    </div>
  )
}

/** Why it was refused, member by member; where the error budget is broken, with the sum. */
function Refused({ problem }: { readonly problem: Problem | null }) {
  const { lang } = useLook()
  if (problem === null) return null
  return (
    <>
      <Trouble problem={problem} done />
      {(problem.errors ?? []).length > 0 && (
        <ul className="admin-list policy-errors">
          {problem.errors!.map((error, index) => (
            <li key={index}>
              <span className="mono">{error.field}</span> {(lang === 'zh-CN' ? error.detail_zh : error.detail) ?? error.detail ?? error.code}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
