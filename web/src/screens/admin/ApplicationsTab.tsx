/** Firms that ask to be let in. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import { approveApplication, getApplications, refuseApplication, type Application } from '../../api/admin'
import { useLook } from '../../app/look'
import { Field } from '../../fields/Field'
import { beijingDayTime, instant, localName } from '../../i18n/format'
import { useAsked } from '../../panels/flight/useFlightStory'
import { Trouble, useActing } from './parts'

export function ApplicationsTab() {
  const { t } = useLook()
  const acting = useActing()
  const told = useAsked(`applications ${acting.round}`, getApplications, 15_000)
  const [kept, setKept] = useState(told.value)
  if (told.value !== null && told.value !== kept) setKept(told.value)
  const items = [...(kept?.items ?? [])].sort((a, b) => Number(b.state === 'pending') - Number(a.state === 'pending') || b.created_at.localeCompare(a.created_at))
  return (
    <>
      <Trouble problem={told.problem} />
      <Trouble problem={acting.refused} done />
      {kept !== null && !items.some(({ state }) => state === 'pending') && <p className="quiet">{t('admin_applications_none')}</p>}
      <ul className="admin-list" aria-label={t('admin_tab_applications')}>
        {items.map((item) => (
          <Item key={item.application_id} item={item} busy={acting.busy} act={acting.act} />
        ))}
      </ul>
    </>
  )
}

function Item({ item, busy, act }: { readonly item: Application; readonly busy: boolean; readonly act: ReturnType<typeof useActing>['act'] }) {
  const { t, lang } = useLook()
  const [reason, setReason] = useState('')
  const at = instant(item.created_at)
  return (
    <li>
      <p>
        <strong>{localName(lang, item)}</strong> <span className="chip">{t(`application_state_${item.state}`)}</span>{' '}
        <span className="quiet">
          {item.kind} · {at !== null && t('admin_application_at', { time: beijingDayTime(at) })}
        </span>
      </p>
      <p className="quiet">{Object.values(item.contact).filter((value) => value !== '').join(' · ')}</p>
      {item.reason !== null && <p>{item.reason}</p>}
      {item.state === 'pending' && (
        <div className="admin-form">
          <Button className="main-button" isDisabled={busy} onPress={() => void act(() => approveApplication(item.application_id))}>
            {t('admin_approve')}
          </Button>
          <Field label={t('admin_refuse_reason')}>{(id) => <input id={id} value={reason} maxLength={2000} onChange={(event) => setReason(event.target.value)} />}</Field>
          <Button className="quiet-button" isDisabled={busy || reason.trim() === ''} onPress={() => void act(() => refuseApplication(item.application_id, reason.trim()))}>
            {t('admin_refuse')}
          </Button>
        </div>
      )}
    </li>
  )
}
