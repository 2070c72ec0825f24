/** Health of every dependency, and every feed with rate, loss and age. */

import { getFeeds, getHealth, type HealthState } from '../../api/admin'
import { useLook } from '../../app/look'
import { beijingDayTime, instant, localName, number, quantity } from '../../i18n/format'
import { keyFor } from '../../i18n/translate'
import { useAsked } from '../../panels/flight/useFlightStory'
import { Icon, type IconName } from '../../ui/icons'
import { Table, Trouble } from './parts'

const EVERY_MS = 3_000
const LOSSY_PCT = 5
const OLD_S = 15

const marks: Record<HealthState, IconName> = { ready: 'check', degraded: 'fault', failing: 'close', off: 'minus' }
const ranks: Record<HealthState, number> = { failing: 5, degraded: 3, ready: 0, off: 0 }

export function HealthTab() {
  const { t, lang } = useLook()
  const told = useAsked('health', getHealth, EVERY_MS)
  const figure = (key: string, value: unknown) => {
    const name = keyFor('healthfigure_', key)
    const at = typeof value === 'string' && key === 'until' ? instant(value) : null
    return `${name === null ? key : t(name)} ${at === null ? String(value) : beijingDayTime(at)}`
  }
  return (
    <>
      <Trouble problem={told.problem} />
      <Table label={t('admin_tab_health')} heads={[t('admin_name'), t('admin_state'), t('admin_why'), t('admin_detail')]}>
        {(told.value?.items ?? []).map((item) => {
          const name = keyFor('dependency_', item.name)
          return (
            <tr key={item.name} data-rank={ranks[item.state]}>
              <td>
                <strong>{name === null ? item.name : t(name)}</strong>
              </td>
              <td data-bad={ranks[item.state] > 0}>
                <Icon name={marks[item.state]} /> {t(`health_${item.state}`)}
              </td>
              <td>{lang === 'zh-CN' ? item.why_zh : item.why}</td>
              <td className="quiet">
                {Object.entries(item.detail)
                  .filter(([key, value]) => value !== null && key !== 'label_zh')
                  .map(([key, value]) => figure(key, key === 'label' && lang === 'zh-CN' ? (item.detail['label_zh'] ?? value) : value))
                  .join(' · ')}
              </td>
            </tr>
          )
        })}
      </Table>
    </>
  )
}

export function FeedsTab() {
  const { t, lang } = useLook()
  const told = useAsked('feeds', getFeeds, EVERY_MS)
  const pct = (value: number | null) => (value === null ? '' : t('unit_pct', { n: number(lang, value, 2) }))
  const age = (value: number | null) => (value === null ? t('value_unknown') : quantity(t, lang, 'unit_s', value, 1))
  const rate = (value: number | null) => (value === null ? '' : t('feeds_per_s', { n: number(lang, value, 1) }))
  return (
    <>
      <Trouble problem={told.problem} />
      <h2>{t('feeds_mavlink')}</h2>
      <Table label={t('feeds_mavlink')} heads={[t('feeds_address'), t('feeds_vehicles'), t('feeds_rate'), t('feeds_loss'), t('feeds_age')]}>
        {(told.value?.mavlink ?? []).map((item) => (
          <tr key={item.address}>
            <td className="mono">{item.address}</td>
            <td data-bad={item.vehicles > 0 && item.vehicles_up === 0}>
              {number(lang, item.vehicles_up)} / {number(lang, item.vehicles)}
            </td>
            <td>{rate(item.rate_hz)}</td>
            <td data-bad={(item.loss_pct ?? 0) > LOSSY_PCT}>{pct(item.loss_pct)}</td>
            <td data-bad={(item.age_s ?? 0) > OLD_S}>{age(item.age_s)}</td>
          </tr>
        ))}
      </Table>
      <h2>{t('feeds_tracks')}</h2>
      <Table label={t('feeds_tracks')} heads={[t('feeds_source'), t('admin_firm'), t('feeds_tracks_count'), t('feeds_rate'), t('feeds_refused'), t('feeds_age')]}>
        {(told.value?.tracks ?? []).map((item) => (
          <tr key={`${item.feeder_id} ${item.source}`}>
            <td className="mono">{item.source}</td>
            <td>{item.feeder === null ? t('feeds_own') : localName(lang, { name: item.feeder, name_zh: item.feeder_zh })}</td>
            <td>{number(lang, item.tracks)}</td>
            <td>{rate(item.rate_hz)}</td>
            <td data-bad={(item.refused_pct ?? 0) > LOSSY_PCT}>{pct(item.refused_pct)}</td>
            <td data-bad={(item.age_s ?? 0) > OLD_S}>{age(item.age_s)}</td>
          </tr>
        ))}
      </Table>
      <h2>{t('feeds_worst')}</h2>
      <Table label={t('feeds_worst')} heads={[t('feeds_address'), t('feeds_rate'), t('feeds_loss'), t('feeds_age')]}>
        {(told.value?.worst_links ?? []).slice(0, 12).map((item) => (
          <tr key={`${item.endpoint} ${item.system_id}`}>
            <td className="mono">
              {item.endpoint} #{item.system_id}
            </td>
            <td>{rate(item.rate_hz)}</td>
            <td data-bad={item.loss_pct > LOSSY_PCT}>{pct(item.loss_pct)}</td>
            <td data-bad={!item.up}>{age(item.age_s)}</td>
          </tr>
        ))}
      </Table>
    </>
  )
}
