/** What is known about a zone or a site. */

import type { Site, WeeklyTime, Zone } from '../api/types'
import { useConsole } from '../app/consoleContext'
import { useLook } from '../app/look'
import { bandWords, instant, localName, number, position } from '../i18n/format'
import { keyFor, type Translate } from '../i18n/translate'
import { stopCovers } from '../map/stopDrawing'
import { Icon } from '../ui/icons'
import { Drawer, Row, Section, Time } from './Drawer'
import { SiteSlots } from './SiteSlots'

const weekly = (t: Translate, time: WeeklyTime): string => {
  const days = (time.days ?? []).map((day) => {
    const key = keyFor('day_', day)
    return key === null ? day : t(key)
  })
  return t('zone_weekly', { days: days.join(' '), from: time.from ?? '00:00', to: time.to ?? '24:00' })
}

export function ZonePanel({ zone, active, onClose }: { readonly zone: Zone; readonly active: boolean; readonly onClose: () => void }) {
  const { t, lang } = useLook()
  const p = zone.properties
  const times = p.applicability ?? []
  const message = lang === 'zh-CN' ? (p.message_zh ?? p.message) : p.message
  const head = (
    <>
      <span className={`badge zone-${p.restriction}`}>
        <span className="zone-letter">{t(`zone_letter_${p.restriction}`)}</span>
        {t(`zone_${p.restriction}`)}
      </span>
      <h2>{localName(lang, p)}</h2>
      {!active && <p>{t('zone_inactive')}</p>}
    </>
  )
  return (
    <Drawer head={head} onClose={onClose}>
      <Section title={t('layer_zones')}>
        <dl>
          <Row name={t('zone_band')}>{bandWords(t, lang, p)}</Row>
          <Row name={t('zone_when')}>
            {times.length === 0 && t('zone_always')}
            {times.map((time, i) => {
              const [from, to] = [instant(time.starts_at), instant(time.ends_at)]
              return (
                <span key={i} className="block">
                  {from !== null && (
                    <span className="block">
                      {t('zone_begins')} <Time at={from} day />
                    </span>
                  )}
                  {to !== null && (
                    <span className="block">
                      {t('zone_ends')} <Time at={to} day />
                    </span>
                  )}
                  {(time.weekly ?? []).map((week, j) => (
                    <span key={j} className="block">
                      {weekly(t, week)}
                    </span>
                  ))}
                </span>
              )
            })}
          </Row>
          <Row name={t('zone_message')}>{message ?? null}</Row>
          <Row name={t('zone_authority')}>{p.authority ?? null}</Row>
        </dl>
        {p.demonstration === true && <p className="note">{t('demonstration_value')}</p>}
      </Section>
    </Drawer>
  )
}

export function SitePanel({ site, onClose }: { readonly site: Site; readonly onClose: () => void }) {
  const { t, lang } = useLook()
  const { groundStops } = useConsole()
  const p = site.properties
  const kind = keyFor('site_kind_', p.kind)
  const [lon_deg, lat_deg] = site.geometry.coordinates
  const stops = (groundStops.items ?? []).filter((stop) => lon_deg !== undefined && lat_deg !== undefined && stopCovers(stop, lon_deg, lat_deg))
  const head = (
    <>
      <span className="badge">{t('site_title')}</span>
      <h2>{localName(lang, p)}</h2>
      {stops.map(({ ground_stop_id, until, reason }) => {
        const at = instant(until)
        return (
          <p key={ground_stop_id} className="site-stopped">
            <Icon name="noEntry" /> <strong>{t('stop_here')}</strong> · {t('stop_until')} {at !== null && <Time at={at} day />} · {reason}
          </p>
        )
      })}
    </>
  )
  return (
    <Drawer head={head} onClose={onClose}>
      <Section title={t('site_title')}>
        <dl>
          <Row name={t('site_kind')}>{kind === null ? (p.kind ?? null) : t(kind)}</Row>
          <Row name={t('site_pads')}>{p.pads === null || p.pads === undefined ? null : number(lang, p.pads)}</Row>
          <Row name={t('site_elevation')}>
            {p.elevation_amsl_m === null || p.elevation_amsl_m === undefined ? null : t('unit_m', { n: number(lang, p.elevation_amsl_m, 1) })}
          </Row>
          <Row name={t('field_coordinates')}>
            {lat_deg === undefined || lon_deg === undefined ? null : <span className="mono">{position(lat_deg, lon_deg)}</span>}
          </Row>
        </dl>
        {p.demonstration === true && <p className="note">{t('demonstration_value')}</p>}
      </Section>
      <SiteSlots key={p.site_id} siteId={p.site_id} />
    </Drawer>
  )
}
