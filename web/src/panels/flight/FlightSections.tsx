/** The drawer's sections about one flight, put together: for a drone in the air and for a filed plan alike. */

import type { FlightPlan } from '../../api/types'
import { useConsole } from '../../app/consoleContext'
import { useLook } from '../../app/look'
import { problemWords } from '../../ui/problem'
import { Section } from '../Drawer'
import { ContactSection } from './ContactSection'
import { LinkSection } from './LinkSection'
import { ProfileChart, type LivePlace } from './ProfileChart'
import { Timeline } from './Timeline'
import { useContact, useLink, useProfile, useTimeline } from './useFlightStory'

export function ProfileSection({ plan, drone }: { readonly plan: FlightPlan; readonly drone: LivePlace | null }) {
  const { t, lang } = useLook()
  const { now_ms } = useConsole()
  const { value, problem } = useProfile(plan.plan_id, plan.version)
  return (
    <Section title={t('profile_title')}>
      {problem !== null && <p className="aged">{t('profile_failed', { reason: problemWords(t, lang, problem) })}</p>}
      {value === null && problem === null && <p className="quiet">{t('value_waiting')}</p>}
      {value !== null && <ProfileChart profile={value} drone={drone} now_ms={now_ms} />}
    </Section>
  )
}

export function EventsSection({ planId }: { readonly planId: string }) {
  const { feed, now_ms } = useConsole()
  const told = useTimeline(feed, planId)
  return <Timeline key={planId} planId={planId} told={told} now_ms={now_ms} />
}

export const AircraftLink = ({ aircraftId }: { readonly aircraftId: string }) => <LinkSection told={useLink(aircraftId)} />

export const FirmContact = ({ organisationId }: { readonly organisationId: string }) => <ContactSection told={useContact(organisationId)} />
