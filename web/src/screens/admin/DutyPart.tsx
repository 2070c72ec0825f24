/** Duty staff: who is told outside the console, by what way, a test of each, and what could not be delivered. */

import { useState, type FormEvent } from 'react'
import { Button } from 'react-aria-components'
import { addDutyContact, dutyChannels, getDutyContacts, getDutyMessages, removeDutyContact, retryDutyMessage, testDutyContact, type DutyChannel, type DutyMessage } from '../../api/reach'
import { useLook } from '../../app/look'
import { Field } from '../../fields/Field'
import { beijingDayTime, instant } from '../../i18n/format'
import { useAsked } from '../../panels/flight/useFlightStory'
import { Ask, Secret, Table, Trouble, useActing, type Acting } from './parts'

const levels = [1, 2, 3] as const

export function DutyPart() {
  const { t } = useLook()
  const acting = useActing()
  const { busy, refused, round, act } = acting
  const told = useAsked(`duty ${round}`, getDutyContacts, 30_000)
  const [kept, setKept] = useState(told.value)
  if (told.value !== null && told.value !== kept) setKept(told.value)
  const [tested, setTested] = useState<Readonly<Record<string, DutyMessage>>>({})
  const items = kept?.items ?? []
  return (
    <section className="admin-card" aria-label={t('reach_duty')}>
      <h2>{t('reach_duty')}</h2>
      <p className="quiet">{t('reach_duty_about')}</p>
      <Trouble problem={told.problem} />
      <Trouble problem={refused} done />
      <NewContact acting={acting} />
      {kept !== null && items.length === 0 && <p className="quiet">{t('reach_duty_none')}</p>}
      {items.length > 0 && (
        <Table label={t('reach_duty')} heads={[t('admin_name'), t('reach_channel'), t('reach_address'), t('reach_level'), t('admin_state'), t('reach_actions')]}>
          {items.map((item) => (
            <tr key={item.contact_id}>
              <td>
                <strong>{item.name}</strong>
              </td>
              <td>{t(`reach_channel_${item.channel}`)}</td>
              <td className="reach-address">{item.address}</td>
              <td>{item.level}</td>
              <td>
                {t(item.on_duty ? 'reach_on_duty' : 'reach_off_duty')}
                {!item.available && <span className="block aged">{t('reach_unavailable')}</span>}
                <Outcome sent={tested[item.contact_id] ?? null} error={item.last_error} at={item.last_ok_at} />
              </td>
              <td>
                <div className="decide-buttons">
                  <Button
                    className="quiet-button"
                    isDisabled={busy}
                    onPress={() =>
                      void act(() => testDutyContact(item.contact_id)).then((sent) => {
                        if (sent !== null) setTested((before) => ({ ...before, [item.contact_id]: sent }))
                      })
                    }
                  >
                    {t('reach_test', { name: item.name })}
                  </Button>
                  <Ask label={t('reach_remove', { name: item.name })} effect={t('reach_remove_effect')} busy={busy} onDo={() => void act(() => removeDutyContact(item.contact_id))} />
                </div>
              </td>
            </tr>
          ))}
        </Table>
      )}
      <Messages round={round} />
    </section>
  )
}

function Outcome({ sent, error, at }: { readonly sent: DutyMessage | null; readonly error: string | null; readonly at: string | null }) {
  const { t } = useLook()
  const reached = at === null ? null : instant(at)
  if (sent !== null) {
    return (
      <span className={sent.state === 'delivered' ? 'block' : 'block aged'} role="status">
        {sent.state === 'delivered' ? t('reach_test_delivered') : t('reach_test_failed', { reason: sent.error ?? t('value_unknown') })}
      </span>
    )
  }
  if (error !== null) return <span className="block aged">{error}</span>
  return reached === null ? null : <span className="block quiet">{t('reach_last', { time: beijingDayTime(reached) })}</span>
}

function NewContact({ acting: { busy, act } }: { readonly acting: Acting }) {
  const { t, lang } = useLook()
  const [name, setName] = useState('')
  const [channel, setChannel] = useState<DutyChannel>('webhook')
  const [address, setAddress] = useState('')
  const [level, setLevel] = useState(1)
  const [secret, setSecret] = useState<string | null>(null)
  const add = async (event: FormEvent) => {
    event.preventDefault()
    const made = await act(() => addDutyContact({ name: name.trim(), channel, address: address.trim(), level, language: lang === 'zh-CN' ? 'zh' : 'en' }))
    if (made === null) return
    setSecret(made.secret ?? null)
    setName('')
    setAddress('')
  }
  return (
    <>
      {secret !== null && <Secret text={secret} onDone={() => setSecret(null)} />}
      <form className="admin-form" aria-label={t('reach_duty_add')} onSubmit={(event) => void add(event)}>
        <Field label={t('admin_name')}>{(id) => <input id={id} value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />}</Field>
        <Field label={t('reach_channel')}>
          {(id) => (
            <select id={id} value={channel} onChange={(event) => setChannel(dutyChannels.find((each) => each === event.target.value) ?? 'webhook')}>
              {dutyChannels.map((each) => (
                <option key={each} value={each}>
                  {t(`reach_channel_${each}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('reach_address')}>{(id) => <input id={id} value={address} maxLength={2000} onChange={(event) => setAddress(event.target.value)} />}</Field>
        <Field label={t('reach_level')}>
          {(id) => (
            <select id={id} value={level} onChange={(event) => setLevel(Number(event.target.value))}>
              {levels.map((each) => (
                <option key={each} value={each}>
                  {t(`reach_level_${each}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Button className="main-button" type="submit" isDisabled={busy || name.trim() === '' || address.trim() === ''}>
          {t('reach_duty_add')}
        </Button>
      </form>
    </>
  )
}

/** The newest messages; what was given up can be sent again. */
function Messages({ round }: { readonly round: number }) {
  const { t } = useLook()
  const { busy, refused, round: own, act } = useActing()
  const told = useAsked(`duty messages ${round} ${own}`, getDutyMessages, 10_000)
  const [kept, setKept] = useState(told.value)
  if (told.value !== null && told.value !== kept) setKept(told.value)
  if (kept === null || kept.items.length === 0) return null
  return (
    <>
      <h2>{t('reach_messages')}</h2>
      <Trouble problem={refused} done />
      <Table label={t('reach_messages')} heads={[t('reach_at'), t('admin_name'), t('reach_message'), t('admin_state'), t('admin_why')]}>
        {kept.items.map((item) => {
          const at = instant(item.created_at)
          return (
            <tr key={item.message_id}>
              <td>{at === null ? item.created_at : beijingDayTime(at)}</td>
              <td>{item.contact_name}</td>
              <td>{item.title}</td>
              <td>{t(`reach_state_${item.state}`)}</td>
              <td>
                {item.error}
                {item.state === 'dead' && (
                  <Button className="quiet-button" isDisabled={busy} onPress={() => void act(() => retryDutyMessage(item.message_id))}>
                    {t('reach_again')}
                  </Button>
                )}
              </td>
            </tr>
          )
        })}
      </Table>
    </>
  )
}
