/** The wall: for a screen that many read from afar and nobody touches. It shows the city, and goes where something is wrong. */

import './wall.css'
import { useEffect, useMemo, useState } from 'react'
import { alertFocus } from '../../alerts/alertFocus'
import { awaits, countSeverities, secondsLeft } from '../../alerts/alertBook'
import { alertSeverities, type Alert } from '../../api/types'
import { useConsole } from '../../app/consoleContext'
import { useLook } from '../../app/look'
import { useScene } from '../../app/useScene'
import { beijingDay, beijingTime, number } from '../../i18n/format'
import { stateNames } from '../../live/decode'
import { SeverityMark } from '../../ui/SeverityMark'
import { StateMark } from '../../ui/StateMark'

const SHOWN = 6
/** How long one place is shown before the next. */
const DWELL_MS = 12_000

const grave = (alert: Alert) => awaits(alert) && (alert.severity === 'emergency' || alert.severity === 'warning')

export default function WallScreen() {
  const { feed, stats, now_ms, alerts } = useConsole()
  const { t, lang } = useLook()
  const open = useMemo(() => alerts.groups.flatMap(({ head, effects }) => [head, ...effects]), [alerts.groups])
  const urgent = open.filter(grave)
  const ids = urgent.map(({ alert_id }) => alert_id).join(' ')
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setTurn((before) => before + 1), DWELL_MS)
    return () => clearInterval(timer)
  }, [])
  // City, first, city, second …: what is wrong never hides the rest for long.
  const shown = urgent.length === 0 || turn % 2 === 0 ? null : (urgent[((turn - 1) / 2) % urgent.length] ?? null)
  const focus = useMemo(() => {
    if (shown === null) return null
    return alertFocus(shown, (id) => {
      const fix = feed.fixOfTrack(id)
      return fix === null ? null : [fix.lon_deg, fix.lat_deg]
    })
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shown, feed, now_ms])
  const picked = useMemo(() => (shown?.track_id == null ? null : ({ kind: 'drone', track_id: shown.track_id } as const)), [shown?.track_id])
  const map = useScene({ picked, focus, insets: wallInsets })
  useEffect(() => {
    if (map === null) return
    if (shown === null) map.showCity()
    else requestAnimationFrame(() => map.showAlert(shown))
    // Once each turn; what moves meanwhile does not pull the map about.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [map, turn, ids])

  const counts = countSeverities(open.filter(awaits))
  const link = stats?.link ?? 'connecting'
  const total = stats === null ? null : stats.summary.by_state.reduce((sum, n) => sum + n, 0)
  return (
    <div className="wall">
      <section className="wall-top" aria-label={t('wall_title')}>
        <div className="wall-clock">
          <strong>{beijingTime(now_ms)}</strong>
          <span>
            {beijingDay(now_ms)} {t('clock_beijing')}
          </span>
        </div>
        <div className="wall-total">
          <strong>{total === null ? '–' : number(lang, total)}</strong>
          <span>{t('wall_flying')}</span>
        </div>
        <ul className="wall-states">
          {stateNames.map((state, code) => (
            <li key={state} className={`state-${state}`} data-empty={(stats?.summary.by_state[code] ?? 0) === 0}>
              <StateMark state={state} />
              <strong>{stats === null ? '–' : number(lang, stats.summary.by_state[code] ?? 0)}</strong>
              <span>{t(`state_${state}`)}</span>
            </li>
          ))}
        </ul>
        <p className={`wall-link link-${link}`}>{link === 'live' ? t('feed_live') : link === 'quiet' ? t('feed_quiet') : link === 'connecting' ? t('feed_connecting') : t('feed_lost')}</p>
      </section>
      <section className="wall-alerts" aria-label={t('alerts_title')}>
        <h2>
          {t('alerts_title')}
          <span className="wall-counts">
            {alertSeverities.map((severity) => (
              <span key={severity} className={`alert-${severity}`} data-empty={counts[severity] === 0}>
                <SeverityMark of="alert" severity={severity} /> {number(lang, counts[severity])}
              </span>
            ))}
          </span>
        </h2>
        {open.length === 0 && <p className="wall-calm">{t('alerts_none')}</p>}
        <ul>
          {open.slice(0, SHOWN).map((alert) => (
            <WallAlert key={alert.alert_id} alert={alert} now_ms={now_ms} shown={alert === shown} />
          ))}
        </ul>
        {open.length > SHOWN && <p className="wall-calm">{t('alerts_below', { n: number(lang, open.length - SHOWN) })}</p>}
      </section>
    </div>
  )
}

const wallInsets = { left: 40, right: 620 }

function WallAlert({ alert, now_ms, shown }: { readonly alert: Alert; readonly now_ms: number; readonly shown: boolean }) {
  const { t, lang } = useLook()
  const words = lang === 'zh-CN' ? (alert.cause_zh ?? alert.detail_zh) : (alert.cause ?? alert.detail)
  const left_s = secondsLeft(alert, now_ms)
  return (
    <li className={`wall-alert alert-${alert.severity}`} data-quiet={!awaits(alert)} data-shown={shown}>
      <SeverityMark of="alert" severity={alert.severity} />
      <span className="wall-words">
        <strong>{t(`severity_${alert.severity}`)}</strong>
        <span>{words}</span>
        {alert.status === 'acknowledged' && <em>{t('alert_acknowledged', { who: alert.acknowledged_initials ?? alert.acknowledged_by ?? t('value_unknown') })}</em>}
        {alert.status === 'shelved' && <em>{t('alert_shelved')}</em>}
      </span>
      {left_s !== null && left_s > 0 && <span className="wall-left">{t('alert_in_s', { n: number(lang, Math.ceil(left_s)) })}</span>}
    </li>
  )
}
