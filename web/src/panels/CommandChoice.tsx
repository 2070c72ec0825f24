/** What is chosen before an order is asked about: a site with a pad free, an approved way, how often to report. */

import { useEffect, useState } from 'react'
import { Button } from 'react-aria-components'
import { getReroutes, type CommandBody } from '../api/commands'
import { getSiteStates, type SiteState } from '../api/fleetState'
import type { Problem } from '../api/types'
import { useConsole } from '../app/consoleContext'
import { useLook } from '../app/look'
import { landingSites, positionRates, ratesBody, waysFocus, type ChoiceType, type Place, type Way } from '../command/choices'
import { beijingTime, instant, number } from '../i18n/format'
import type { Focus } from '../map/focusDrawing'
import { problemWords } from '../ui/problem'
import { inWords } from './CommandBox'

interface Props {
  readonly aircraftId: string
  readonly type: ChoiceType
  /** Where the vehicle is, when that is known. */
  readonly at: Place | null
  readonly onChosen: (body: CommandBody) => void
  /** What is looked at, for the map. */
  readonly onFocus: (focus: Focus | null) => void
}

/** Ways begin a minute and a half ahead: those shown are never old. */
const WAYS_EVERY_MS = 30_000
const SITES_EVERY_MS = 20_000

export function CommandChoice({ aircraftId, type, at, onChosen, onFocus }: Props) {
  if (type === 'land_at_site') return <SiteChoice at={at} onChosen={onChosen} onFocus={onFocus} />
  if (type === 'reroute') return <WayChoice aircraftId={aircraftId} onChosen={onChosen} onFocus={onFocus} />
  return <RateChoice onChosen={onChosen} />
}

function useRepeated<T>(read: () => Promise<{ readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem }>, every_ms: number): { readonly value: T | null; readonly problem: Problem | null } {
  const [found, setFound] = useState<{ readonly value: T | null; readonly problem: Problem | null }>({ value: null, problem: null })
  useEffect(() => {
    let current = true
    const load = async () => {
      const answer = await read()
      if (!current) return
      setFound(answer.ok ? { value: answer.value, problem: null } : { value: null, problem: answer.problem })
    }
    void load()
    const timer = setInterval(() => void load(), every_ms)
    return () => {
      current = false
      clearInterval(timer)
    }
    // What is read depends on the vehicle alone, and another vehicle has another box.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [])
  return found
}

function Failed({ problem }: { readonly problem: Problem }) {
  const { t, lang } = useLook()
  return (
    <p className="decide-problem" role="alert">
      {t('command_choice_failed', { reason: problemWords(t, lang, problem) })}
    </p>
  )
}

function SiteChoice({ at, onChosen, onFocus }: Omit<Props, 'aircraftId' | 'type'>) {
  const { t, lang } = useLook()
  const { airspace } = useConsole()
  const { value, problem } = useRepeated<{ readonly sites: readonly SiteState[] }>(getSiteStates, SITES_EVERY_MS)
  useEffect(() => () => onFocus(null), [onFocus])
  if (problem !== null) return <Failed problem={problem} />
  if (value === null) return <p className="quiet">{t('value_waiting')}</p>
  const sites = landingSites(value.sites, airspace.sites, at)
  if (sites.length === 0) return <p>{t('command_no_site')}</p>
  return (
    <>
      <p className="quiet">{t('command_choose_site')}</p>
      <ul className="command-choices" aria-label={t('command_type_land_at_site')}>
        {sites.map((site) => {
          const look = () => onFocus({ lines: [], place: null, zone_id: null, site_id: site.site_id })
          const free = instant(site.next_free_at)
          return (
            <li key={site.site_id} onMouseEnter={look} onFocus={look}>
              <Button className="quiet-button command-choice" onPress={() => onChosen({ type: 'land_at_site', site_id: site.site_id })}>
                <strong>{lang === 'zh-CN' ? (site.name_zh ?? site.name) : site.name}</strong>
                <span className="quiet">
                  {site.away_m === null ? '' : `${t('unit_km', { n: number(lang, site.away_m / 1000, 1) })} · `}
                  {site.pads_free > 0
                    ? t('command_pads_free', { n: number(lang, site.pads_free), of: number(lang, site.pads) })
                    : free === null
                      ? t('command_pads_none')
                      : t('command_pads_none_until', { time: beijingTime(free).slice(0, 5) })}
                </span>
              </Button>
            </li>
          )
        })}
      </ul>
    </>
  )
}

function WayChoice({ aircraftId, onChosen, onFocus }: Pick<Props, 'aircraftId' | 'onChosen' | 'onFocus'>) {
  const { t, lang } = useLook()
  const { value, problem } = useRepeated(() => getReroutes(aircraftId), WAYS_EVERY_MS)
  const [looked, setLooked] = useState<Way | null>(null)
  const ways = value?.items ?? null
  useEffect(() => onFocus(ways === null ? null : waysFocus(ways, looked)), [ways, looked, onFocus])
  useEffect(() => () => onFocus(null), [onFocus])
  if (problem !== null) return <Failed problem={problem} />
  if (ways === null) return <p className="quiet">{t('command_ways_sought')}</p>
  if (ways.length === 0) return <p>{t('command_no_way')}</p>
  return (
    <>
      <p className="quiet">{t('command_choose_way')}</p>
      <ul className="command-choices" aria-label={t('command_type_reroute')}>
        {ways.map((way, nth) => {
          const arrives = instant(way.arrives_at)
          return (
            <li key={nth} onMouseEnter={() => setLooked(way)} onFocus={() => setLooked(way)}>
              <Button className="quiet-button command-choice" onPress={() => onChosen({ type: 'reroute', plan: way.plan })}>
                <strong>{inWords(lang, way)}</strong>
                <span className="quiet">
                  {t('command_way_is', { km: number(lang, way.length_m / 1000, 1), time: arrives === null ? t('value_unknown') : beijingTime(arrives) })}
                </span>
              </Button>
            </li>
          )
        })}
      </ul>
    </>
  )
}

function RateChoice({ onChosen }: Pick<Props, 'onChosen'>) {
  const { t, lang } = useLook()
  return (
    <>
      <p className="quiet">{t('command_choose_rate')}</p>
      <div className="command-rates" role="group" aria-label={t('command_type_set_message_rates')}>
        {positionRates.map((hz) => (
          <Button key={hz} className="quiet-button command-button" onPress={() => onChosen(ratesBody(hz))}>
            {t('command_rate', { n: number(lang, hz, hz < 1 ? 1 : 0) })}
          </Button>
        ))}
      </div>
    </>
  )
}
