/** The data link to a drone: whether it is up, how lossy and how late, and when it was last heard. */

import type { LinkReport } from '../../api/flightStory'
import { useLook } from '../../app/look'
import { number, quantity } from '../../i18n/format'
import { problemWords } from '../../ui/problem'
import { Row, Section } from '../Drawer'
import type { Told } from './useFlightStory'

export function LinkSection({ told }: { readonly told: Told<LinkReport> }) {
  const { t, lang } = useLook()
  const { value, problem } = told
  return (
    <Section title={t('link_title')}>
      {problem !== null && <p className="aged">{t('link_failed', { reason: problemWords(t, lang, problem) })}</p>}
      {value === null && problem === null && <p className="quiet">{t('value_waiting')}</p>}
      {value !== null && (value.up === null ? <p className="quiet">{t('link_none')}</p> : <Report link={value} />)}
    </Section>
  )
}

function Report({ link }: { readonly link: LinkReport }) {
  const { t, lang } = useLook()
  const ms = (seconds: number | null) => quantity(t, lang, 'unit_ms', seconds === null ? null : seconds * 1000, 1)
  const total = link.frames === null || link.lost === null ? null : link.frames + link.lost
  return (
    <dl>
      <Row name={t('link_state')}>
        {t(link.up === true ? 'link_up' : 'link_down')}
        {link.signed !== null && <span className="quiet"> · {t(link.signed ? 'link_signed' : 'link_unsigned')}</span>}
      </Row>
      <Row name={t('link_heard')}>{link.heard_age_s === null ? null : t('link_ago', { amount: quantity(t, lang, 'unit_s', link.heard_age_s, 1) })}</Row>
      <Row name={t('link_loss')}>
        {link.loss_pct === null || total === null
          ? null
          : t('link_loss_of', { pct: quantity(t, lang, 'unit_pct', link.loss_pct, 1), lost: number(lang, link.lost ?? 0), total: number(lang, total) })}
      </Row>
      <Row name={t('link_delay')}>
        {link.position_delay_s === null
          ? null
          : link.clock_uncertainty_s === null
            ? ms(link.position_delay_s)
            : t('link_delay_give', { delay: ms(link.position_delay_s), spread: ms(link.clock_uncertainty_s) })}
      </Row>
      <Row name={t('link_rate')}>
        {link.rate_hz === null
          ? null
          : t('link_rate_of', { all: quantity(t, lang, 'unit_hz', link.rate_hz, 1), positions: quantity(t, lang, 'unit_hz', link.position_rate_hz, 1) })}
      </Row>
    </dl>
  )
}
