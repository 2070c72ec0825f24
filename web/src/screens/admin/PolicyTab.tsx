/** The rules: every version with what it changed; regulators change values, see the impact, publish. */

import { useMemo, useState } from 'react'
import { Button } from 'react-aria-components'
import { getPolicies, policyImpact, putPolicy } from '../../api/admin'
import { useConsole } from '../../app/consoleContext'
import { useLook } from '../../app/look'
import { beijingDayTime, instant, number } from '../../i18n/format'
import { useAsked } from '../../panels/flight/useFlightStory'
import { changeOf, flatten, type Flat } from './policyForm'
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
  const [edits, setEdits] = useState<Flat>({})
  const [impact, setImpact] = useState<string | null>(null)
  const [done, setDone] = useState<number | null>(null)
  const values = useMemo(() => (now === null ? {} : flatten(now.policy)), [now])
  const change = now === null ? {} : changeOf(now.policy, { ...values, ...edits })
  const changed = Object.keys(change).length > 0
  const set = (name: string, value: number | boolean) => {
    setImpact(null)
    setEdits((before) => ({ ...before, [name]: value }))
  }
  const look = async () => {
    const found = await act(() => policyImpact(change))
    if (found !== null) setImpact(t('policy_impact_says', { filed: number(lang, found.counts['filed'] ?? 0), airborne: number(lang, found.counts['airborne'] ?? 0) }))
  }
  const publish = async () => {
    const made = now === null ? null : await act(() => putPolicy(change, now.version))
    if (made === null) return
    setDone(made.version)
    setEdits({})
    setImpact(null)
  }
  return (
    <div className="admin-columns">
      <section aria-label={now === null ? t('admin_tab_policy') : t('policy_version', { n: number(lang, now.version) })}>
        <Trouble problem={told.problem} />
        <Trouble problem={refused} done />
        {now !== null && <h2>{t('policy_version', { n: number(lang, now.version) })}</h2>}
        {!writes && <p className="quiet">{t('policy_read_only')}</p>}
        {writes && (
          <div className="admin-form">
            <Button className="quiet-button" isDisabled={busy || !changed} onPress={() => void look()}>
              {t('policy_impact')}
            </Button>
            <Button className="main-button" isDisabled={busy || !changed || impact === null} onPress={() => void publish()}>
              {t('policy_publish')}
            </Button>
            <span role="status">{impact ?? (done === null ? '' : t('policy_done', { n: number(lang, done) }))}</span>
          </div>
        )}
        <Table label={t('admin_tab_policy')} heads={[t('policy_field'), t('policy_value')]}>
          {Object.entries(values).map(([name, value]) => {
            const shown = edits[name] ?? value
            return (
              <tr key={name} data-rank={shown === value ? 0 : 2}>
                <td className="mono">{name}</td>
                <td>
                  {typeof shown === 'boolean' ? (
                    <input type="checkbox" aria-label={name} checked={shown} disabled={!writes} onChange={(event) => set(name, event.target.checked)} />
                  ) : (
                    <input type="number" aria-label={name} step="any" value={shown} disabled={!writes} onChange={(event) => event.target.value !== '' && set(name, Number(event.target.value))} />
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
                  <Button className="quiet-button" onPress={() => (setEdits(flatten(item.policy)), setImpact(null))}>
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
