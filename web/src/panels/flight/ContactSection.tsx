/** Whom to call about a firm's flights. */

import type { Contact } from '../../api/flightStory'
import { useLook } from '../../app/look'
import { problemWords } from '../../ui/problem'
import { Row, Section } from '../Drawer'
import type { Told } from './useFlightStory'

export function ContactSection({ told }: { readonly told: Told<Contact> }) {
  const { t, lang } = useLook()
  const { value, problem } = told
  const said = value !== null && [value.duty_name, value.phone, value.radio, value.email].some((item) => item !== null)
  return (
    <Section title={t('contact_title')} id="flight-contact">
      {problem !== null && <p className="aged">{t('contact_failed', { reason: problemWords(t, lang, problem) })}</p>}
      {value === null && problem === null && <p className="quiet">{t('value_waiting')}</p>}
      {value !== null && !said && <p className="contact-none">{t('contact_none')}</p>}
      {value !== null && said && (
        <dl>
          <Row name={t('contact_duty')}>{value.duty_name}</Row>
          <Row name={t('contact_phone')}>{value.phone === null ? null : <a href={`tel:${value.phone.replaceAll(/[^+\d]/g, '')}`}>{value.phone}</a>}</Row>
          {value.radio !== null && <Row name={t('contact_radio')}>{value.radio}</Row>}
          {value.email !== null && (
            <Row name={t('contact_email')}>
              <a href={`mailto:${value.email}`}>{value.email}</a>
            </Row>
          )}
        </dl>
      )}
    </Section>
  )
}
