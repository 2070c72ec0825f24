/** Everything known about one drone. What is not known is called unknown. */

import { Button, Meter, ToggleButton } from 'react-aria-components'
import type { Site } from '../api/types'
import { useFirms, type PlanState, type SelectedDrone } from '../app/hooks'
import { useConsole } from '../app/consoleContext'
import { useLook } from '../app/look'
import { firmName, heading, instant, number, position, quantity } from '../i18n/format'
import { keyFor } from '../i18n/translate'
import { stateNames, type StateName } from '../live/decode'
import { isStale } from '../live/reckoning'
import { Icon } from '../ui/icons'
import { StateMark } from '../ui/StateMark'
import { Drawer, Row, Section, Time } from './Drawer'
import { AircraftLink, EventsSection, FirmContact, ProfileSection } from './flight/FlightSections'
import { PlaceCodes } from './flight/PlaceCodes'
import { OwnerBox } from './OwnerBox'
import { PlanSection } from './PlanSection'

interface Props {
  readonly trackId: string
  readonly drone: SelectedDrone | null
  readonly plan: PlanState
  readonly sites: readonly Site[]
  readonly now_ms: number
  /** The box of orders, for those who may give them. */
  readonly commands: React.ReactNode
  readonly following: boolean
  readonly onFollow: (following: boolean) => void
  readonly onCentre: () => void
  readonly onPlan: (planId: string) => void
  readonly onClose: () => void
}

const LOW_BATTERY_PCT = 25

export function DronePanel({ trackId, drone, plan, sites, now_ms, commands, following, onFollow, onCentre, onPlan, onClose }: Props) {
  const { t, lang } = useLook()
  const { feed } = useConsole()
  const firms = useFirms()
  const identity = drone?.identity ?? null
  const track = drone?.track ?? null
  const fix = drone?.fix ?? null
  const state: StateName = fix === null ? (track?.state ?? 'unknown') : (stateNames[fix.state] ?? 'unknown')
  const stale = fix !== null && isStale(fix.age_s)
  const registration = track?.registration ?? identity?.registration ?? null
  const aircraftId = track?.aircraft_id ?? identity?.aircraft_id ?? null
  const firm = track?.operator_id ?? identity?.operator_id ?? null
  const filed = plan.flight?.plan ?? null
  const operator = firmName(lang, firms, firm, track?.operator_name ?? identity?.operator_name ?? null)
  const source = track?.source ?? identity?.source ?? null
  const sourceKey = keyFor('source_', source)
  const head = (
    <>
      <span className={`badge state-${state}`} data-stale={stale}>
        <StateMark state={state} />
        {t(`state_${state}`)}
      </span>
      <h2>{registration ?? t('registration_unknown')}</h2>
      <p>{operator ?? t('operator_unknown')}</p>
    </>
  )
  return (
    <Drawer head={head} onClose={onClose}>
      <div className="drawer-actions">
        <Button className="quiet-button" onPress={onCentre}>
          <Icon name="centre" />
          {t('panel_centre')}
        </Button>
        <ToggleButton className="quiet-button" isSelected={following} onChange={onFollow}>
          <Icon name="follow" />
          {t('panel_follow')}
        </ToggleButton>
      </div>
      {fix === null && drone !== null && !drone.waiting && <p className="aged">{t('panel_gone')}</p>}
      {stale && <p className="aged">{t('aged_title', { n: number(lang, Math.floor(fix.age_s)) })}</p>}
      <OwnerBox key={trackId} trackId={trackId} aircraftId={aircraftId} />
      {commands}
      <Altitudes drone={drone} />
      <Motion drone={drone} />
      <Section title={t('section_plan')}>
        <PlanSection plan={plan} fix={fix} track={track} sites={sites} now_ms={now_ms} onPlan={onPlan} />
      </Section>
      {filed !== null && <ProfileSection plan={filed} drone={fix} />}
      <Vehicle drone={drone} />
      {aircraftId !== null && <AircraftLink aircraftId={aircraftId} />}
      {firm !== null && <FirmContact organisationId={firm} />}
      <Section title={t('section_position')}>
        <dl>
          <Row name={t('field_coordinates')}>
            {fix === null ? null : <span className="mono">{position(fix.lat_deg, fix.lon_deg)}</span>}
          </Row>
          <PlaceCodes feed={feed} trackId={trackId} />
          <Row name={t('field_aircraft')}>{mono(aircraftId)}</Row>
          <Row name={t('field_track')}>{mono(trackId)}</Row>
          <Row name={t('field_source')}>{source === null ? null : sourceKey === null ? source : t(sourceKey)}</Row>
        </dl>
      </Section>
      {filed !== null && <EventsSection planId={filed.plan_id} />}
    </Drawer>
  )
}

const mono = (text: string | null | undefined) =>
  text === null || text === undefined ? null : (
    <span className="mono shortened" title={text}>
      {text}
    </span>
  )

function Altitudes({ drone }: { readonly drone: SelectedDrone | null }) {
  const { t, lang } = useLook()
  const track = drone?.track ?? null
  const values = [
    ['AGL', track?.alt_agl_m],
    ['AMSL', track?.alt_amsl_m],
    ['HAE', drone?.fix?.alt_hae_m ?? track?.alt_hae_m],
  ] as const
  return (
    <Section title={t('section_altitude')}>
      <dl className="figures">
        {values.map(([datum, value]) => (
          <div key={datum} className="figure" data-datum={datum} title={t(`datum_${datum}_long`)}>
            <dt>{t(`datum_${datum}`)}</dt>
            <dd data-unknown={value === null || value === undefined}>{quantity(t, lang, 'unit_m', value, 1)}</dd>
          </div>
        ))}
      </dl>
    </Section>
  )
}

function Motion({ drone }: { readonly drone: SelectedDrone | null }) {
  const { t, lang } = useLook()
  const { fix, track } = drone ?? { fix: null, track: null }
  const flat_mps =
    fix?.speed_mps ??
    (track?.vel_east_mps == null || track.vel_north_mps == null ? null : Math.hypot(track.vel_east_mps, track.vel_north_mps))
  const up_mps = fix?.vel_up_mps ?? track?.vel_up_mps ?? null
  const heading_deg = fix === null ? (track?.heading_deg ?? null) : fix.heading_deg
  return (
    <Section title={t('section_motion')}>
      <dl className="figures">
        <div className="figure">
          <dt>{t('field_ground_speed')}</dt>
          <dd data-unknown={flat_mps === null}>{quantity(t, lang, 'unit_mps', flat_mps, 1)}</dd>
        </div>
        <div className="figure">
          <dt>{t('field_climb')}</dt>
          <dd data-unknown={up_mps === null}>{quantity(t, lang, 'unit_mps', up_mps, 1)}</dd>
        </div>
        <div className="figure">
          <dt>{t('field_heading')}</dt>
          <dd data-unknown={heading_deg === null}>{heading_deg === null ? t('value_unknown') : t('unit_deg', { n: heading(heading_deg) })}</dd>
        </div>
      </dl>
    </Section>
  )
}

function Vehicle({ drone }: { readonly drone: SelectedDrone | null }) {
  const { t, lang } = useLook()
  const { fix, track } = drone ?? { fix: null, track: null }
  const battery_pct = track?.battery_pct ?? null
  const mode = keyFor('mode_', track?.mode)
  const observed = instant(track?.observed_at)
  const yes = (value: boolean | null | undefined, on: 'value_armed' | 'value_landed', off: 'value_disarmed' | 'value_airborne') =>
    value === null || value === undefined ? null : t(value ? on : off)
  return (
    <Section title={t('section_vehicle')}>
      <dl>
        <Row name={t('field_battery')}>
          {battery_pct === null ? null : (
            <Meter className="battery" aria-label={t('field_battery')} value={battery_pct} data-low={battery_pct < LOW_BATTERY_PCT}>
              {({ percentage }) => (
                <>
                  <svg className="battery-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                    <rect width="100" height="8" className="battery-back" />
                    <rect width={percentage} height="8" className="battery-fill" />
                  </svg>
                  <span>{t('unit_pct', { n: number(lang, battery_pct) })}</span>
                </>
              )}
            </Meter>
          )}
        </Row>
        <Row name={t('field_link_age')}>
          {track?.link_age_s === null || track?.link_age_s === undefined ? null : quantity(t, lang, 'unit_s', track.link_age_s, 1)}
        </Row>
        <Row name={t('field_position_age')}>
          {fix === null ? null : (
            <>
              {quantity(t, lang, 'unit_s', Math.max(0, fix.age_s), 1)}
              {observed !== null && (
                <span className="quiet">
                  {' · '}
                  <Time at={observed} />
                </span>
              )}
            </>
          )}
        </Row>
        <Row name={t('field_mode')}>{mode === null ? (track?.mode ?? null) : t(mode)}</Row>
        <Row name={t('field_armed')}>{yes(track?.armed, 'value_armed', 'value_disarmed')}</Row>
        <Row name={t('field_landed')}>{yes(track?.landed, 'value_landed', 'value_airborne')}</Row>
      </dl>
    </Section>
  )
}
