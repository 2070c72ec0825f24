/** The flights a zone would touch, each with what it would have to do. */

import { Button } from 'react-aria-components'
import type { PreviewItem } from '../../api/zones'
import { useConsole } from '../../app/consoleContext'
import type { Fleet } from '../../app/hooks'
import { useLook } from '../../app/look'
import { beijingTime, instant, localName, number } from '../../i18n/format'
import { keyFor, type Translate } from '../../i18n/translate'
import { problemWords } from '../../ui/problem'
import type { Impact } from './useImpact'

const SHOWN = 60

/** What one flight should do, in words. */
export function actionWords(t: Translate, action: string): string {
  const key = keyFor('impact_action_', action) ?? keyFor('contingency_action_', action)
  return key === null ? action : t(key)
}

export function ImpactBox({ impact, fleet }: { readonly impact: Impact; readonly fleet: Fleet }) {
  const { t, lang } = useLook()
  return (
    <section className="zone-impact" aria-label={t('impact_title')}>
      <h3>{t('impact_title')}</h3>
      <div role="status">
        {impact.phase === 'first' && <p className="quiet">{t('impact_first')}</p>}
        {impact.phase === 'reading' && <p className="quiet">{t('impact_reading')}</p>}
        {impact.phase === 'failed' && <p className="decide-problem">{t('impact_failed', { reason: problemWords(t, lang, impact.problem) })}</p>}
        {impact.phase === 'known' && (
          <p className="impact-counts">
            {impact.items.length === 0 ? t('impact_none') : t('impact_counts', { airborne: number(lang, impact.airborne), filed: number(lang, impact.filed) })}
          </p>
        )}
      </div>
      {impact.phase === 'known' && impact.items.length > 0 && <FlightList items={impact.items} fleet={fleet} />}
    </section>
  )
}

function FlightList({ items, fleet }: { readonly items: readonly PreviewItem[]; readonly fleet: Fleet }) {
  const { t, lang } = useLook()
  const { go } = useConsole()
  return (
    <ul className="impact-list">
      {items.slice(0, SHOWN).map((item) => {
        const enters = instant(item.enters_at)
        const operator = fleet.operators.get(item.organisation_id)
        return (
          <li key={item.plan_id} data-flight={item.flight}>
            <Button className="link-button" onPress={() => go('live', { plan: item.plan_id })}>
              {fleet.aircraft.get(item.aircraft_id)?.registration ?? item.plan_id}
            </Button>
            <span className="quiet">{operator === undefined ? item.organisation_id : localName(lang, operator)}</span>
            <span>
              {t(`impact_${item.flight}`)}
              {enters !== null && <> · {t('impact_enters', { time: beijingTime(enters) })}</>}
            </span>
            <strong>{actionWords(t, item.action)}</strong>
          </li>
        )
      })}
      {items.length > SHOWN && <li className="quiet">{t('impact_more', { n: number(lang, items.length - SHOWN) })}</li>}
    </ul>
  )
}
