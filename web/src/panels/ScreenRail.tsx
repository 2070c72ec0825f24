/** The rail at the left edge: one way to each screen, and how many alerts wait, whatever screen is in front. */

import { useMemo } from 'react'
import { Link, ToggleButton, Tooltip, TooltipTrigger } from 'react-aria-components'
import { awaits, countSeverities } from '../alerts/alertBook'
import { alertSeverities } from '../api/types'
import { useLook } from '../app/look'
import { screenUrl } from '../app/urlState'
import type { Alerts } from '../app/useAlerts'
import { number } from '../i18n/format'
import { home, type Screen } from '../screens/registry'
import { Icon } from '../ui/icons'
import { SeverityMark } from '../ui/SeverityMark'

interface Props {
  readonly screens: readonly Screen[]
  readonly current: string
  /** Whether G was pressed and the letter is awaited. */
  readonly choosing: boolean
  readonly alerts: Alerts
  readonly sound: { readonly quiet: boolean; readonly toggle: () => void }
}

export function ScreenRail({ screens, current, choosing, alerts, sound }: Props) {
  const { t } = useLook()
  return (
    <nav className="screen-rail" aria-label={t('screens_label')} data-choosing={choosing}>
      {screens.map((screen) => (
        <TooltipTrigger key={screen.id} delay={300}>
          <Link
            className="screen-link"
            href={screenUrl(window.location.search, screen === home ? null : screen.id) || '/'}
            {...(screen.id === current ? { 'aria-current': 'page' as const } : {})}
          >
            <Icon name={screen.icon} />
            <span className="screen-name">{t(screen.title)}</span>
            {choosing && <kbd className="screen-letter">{screen.letter.toUpperCase()}</kbd>}
          </Link>
          <Tooltip className="tooltip" placement="right">
            {t('screens_go', { key: screen.letter.toUpperCase() })}
          </Tooltip>
        </TooltipTrigger>
      ))}
      <TooltipTrigger delay={300}>
        <ToggleButton className="screen-quiet" isSelected={sound.quiet} onChange={sound.toggle} aria-label={t(sound.quiet ? 'alerts_sound_on' : 'alerts_sound_off')}>
          <Icon name={sound.quiet ? 'bellOff' : 'bell'} />
        </ToggleButton>
        <Tooltip className="tooltip" placement="right">
          {t(sound.quiet ? 'alerts_sound_on' : 'alerts_sound_off')}
        </Tooltip>
      </TooltipTrigger>
      <AlertCount alerts={alerts} />
      {choosing && (
        <p className="screen-choosing" role="status">
          {t('screens_choose')}
        </p>
      )}
    </nav>
  )
}

/** How many alerts wait, under the gravest one's mark; grey and 0 when none does. */
function AlertCount({ alerts }: Pick<Props, 'alerts'>) {
  const { t, lang } = useLook()
  const counts = useMemo(() => countSeverities([...alerts.byId.values()].filter(awaits)), [alerts.byId])
  const gravest = alertSeverities.find((severity) => counts[severity] > 0) ?? null
  const n = alertSeverities.reduce((sum, severity) => sum + counts[severity], 0)
  const words = n === 0 ? t('screens_alerts_none') : t('screens_alerts', { n: number(lang, n) })
  return (
    <TooltipTrigger delay={300}>
      <Link className={`screen-alerts${gravest === null ? '' : ` alert-${gravest}`}`} data-some={n > 0} href={screenUrl(window.location.search, null) || '/'}>
        {gravest !== null && <SeverityMark of="alert" severity={gravest} />}
        <span aria-hidden="true">{number(lang, n)}</span>
        <span className="visually-hidden">{words}</span>
      </Link>
      <Tooltip className="tooltip" placement="right">
        {words}
      </Tooltip>
    </TooltipTrigger>
  )
}
