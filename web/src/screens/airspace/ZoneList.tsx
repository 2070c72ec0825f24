/** Zones in force to choose from, and the temporary ones that stand or come, with their actions and their end. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import { withdrawTemporary, withdrawZone, type TemporaryZone } from '../../api/zones'
import type { Problem, Zone } from '../../api/types'
import { useLook } from '../../app/look'
import { useParam } from '../../app/useParam'
import { bandWords, beijingDayTime, instant, localName, number } from '../../i18n/format'
import { problemWords } from '../../ui/problem'

interface Props {
  readonly zones: readonly Zone[]
  readonly temporary: readonly TemporaryZone[]
  readonly lasting: boolean
  readonly onEdit: (zone: Zone) => void
  readonly onActions: (zone: TemporaryZone) => void
  readonly onWithdrawn: () => void
}

export function ZoneList({ zones, temporary, lasting, onEdit, onActions, onWithdrawn }: Props) {
  const { t, lang } = useLook()
  const [wanted, setWanted] = useParam('find')
  const [asked, setAsked] = useState<string | null>(null)
  const [gone, setGone] = useState<string | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const needle = wanted.trim().toLowerCase()
  const named = zones
    .filter(({ properties }) => `${properties.name} ${properties.name_zh ?? ''} ${properties.zone_id ?? ''}`.toLowerCase().includes(needle))
    .sort((a, b) => localName(lang, a.properties).localeCompare(localName(lang, b.properties), lang))
  const passing = new Set(temporary.map(({ zone_id }) => zone_id))

  const withdraw = async (id: string, name: string, version: number | null) => {
    const answer = passing.has(id) ? await withdrawTemporary(id) : await withdrawZone(id, version)
    setAsked(null)
    setProblem(answer.ok ? null : answer.problem)
    setGone(answer.ok ? name : null)
    onWithdrawn()
  }
  const question = (id: string, name: string, version: number | null) =>
    asked === id && (
      <div className="zone-question" data-escape-cancels="true" onKeyDown={(event) => event.key === 'Escape' && setAsked(null)}>
        <p>{t('airspace_withdraw_effect')}</p>
        <div className="decide-buttons">
          <Button className="main-button main-danger" autoFocus onPress={() => void withdraw(id, name, version)}>
            {t('airspace_withdraw_confirm')}
          </Button>
          <Button className="quiet-button" onPress={() => setAsked(null)}>
            {t('decide_back')}
          </Button>
        </div>
      </div>
    )
  return (
    <>
      <div role="status">{gone !== null && <p className="approvals-verified zone-pad">{t('airspace_withdrawn', { name: gone })}</p>}</div>
      {problem !== null && (
        <p className="decide-problem zone-pad" role="alert">
          {problemWords(t, lang, problem)}
        </p>
      )}
      {temporary.length > 0 && (
        <section className="zone-pad" aria-label={t('airspace_in_force')}>
          <h3>{t('airspace_in_force')}</h3>
          <ul className="zone-list">
            {temporary.map((item) => {
              const { name } = item.zone.properties
              const [from, to] = [instant(item.starts_at), instant(item.ends_at)]
              return (
                <li key={item.zone_id}>
                  <strong>{localName(lang, item.zone.properties)}</strong>
                  <span className="quiet block">
                    {from !== null && t('airspace_from', { time: beijingDayTime(from).slice(5, 16) })} {to !== null && t('airspace_until', { time: beijingDayTime(to).slice(5, 16) })}
                  </span>
                  <div className="decide-buttons">
                    <Button className="quiet-button" onPress={() => onActions(item)}>
                      {t('airspace_actions_open')}
                    </Button>
                    <Button className="quiet-button" onPress={() => setAsked(item.zone_id)}>
                      {t('airspace_withdraw')}
                    </Button>
                  </div>
                  {question(item.zone_id, name, null)}
                </li>
              )
            })}
          </ul>
        </section>
      )}
      <section className="zone-pad" aria-label={t('layer_zones')}>
        <input type="search" className="zone-find" aria-label={t('airspace_find')} placeholder={t('airspace_find')} value={wanted} onChange={(event) => setWanted(event.target.value)} />
        <p className="quiet" role="status">
          {t('airspace_zones', { n: number(lang, named.length) })}
        </p>
        <ul className="zone-list">
          {named.map((zone) => {
            const p = zone.properties
            const id = p.zone_id ?? p.name
            return (
              <li key={id} className="zone-row">
                <span className={`zone-letter zone-${p.restriction}`} title={t(`zone_${p.restriction}`)}>
                  {t(`zone_letter_${p.restriction}`)}
                </span>
                <Button className="zone-pick" onPress={() => onEdit(zone)}>
                  {localName(lang, p)}
                  <span className="quiet block">
                    {bandWords(t, lang, p)}
                  </span>
                </Button>
                {lasting && !passing.has(id) && (
                  <Button className="quiet-button" onPress={() => setAsked(id)}>
                    {t('airspace_withdraw')}
                  </Button>
                )}
                {question(id, localName(lang, p), p.version ?? null)}
              </li>
            )
          })}
        </ul>
      </section>
    </>
  )
}
