/** The people who may sign in: bring in, new password, put out. */

import { useState, type FormEvent } from 'react'
import { Button } from 'react-aria-components'
import { addPerson, getOrganisations, getPeople, newPassword, removePerson, resetSecondFactor } from '../../api/admin'
import { useConsole } from '../../app/consoleContext'
import { useLook } from '../../app/look'
import { Field } from '../../fields/Field'
import { localName } from '../../i18n/format'
import { keyFor } from '../../i18n/translate'
import { useAsked } from '../../panels/flight/useFlightStory'
import { Ask, Secret, Table, Trouble, useActing } from './parts'

export function PeopleTab() {
  const { t, lang } = useLook()
  const { session } = useConsole()
  const { busy, refused, round, act } = useActing()
  const firms = useAsked('firms', getOrganisations, null)
  const told = useAsked(`people ${round}`, getPeople, 30_000)
  const [kept, setKept] = useState(told.value)
  if (told.value !== null && told.value !== kept) setKept(told.value)
  const [secret, setSecret] = useState<string | null>(null)
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState('')
  const known = firms.value?.items ?? []
  const firm = known.some((item) => item.organisation_id === chosen) ? chosen : (known[0]?.organisation_id ?? '')
  const nameOf = (ref: string) => {
    const found = known.find((item) => item.organisation_id === ref)
    return found === undefined ? ref : localName(lang, found)
  }
  const add = async (event: FormEvent) => {
    event.preventDefault()
    const made = await act(() => addPerson(firm, name.trim()))
    if (made === null) return
    setSecret(made.password ?? null)
    setName('')
  }
  return (
    <>
      <Trouble problem={told.problem} />
      <Trouble problem={refused} done />
      {secret !== null && <Secret text={secret} onDone={() => setSecret(null)} />}
      <form className="admin-form" aria-label={t('admin_person_add')} onSubmit={(event) => void add(event)}>
        <Field label={t('admin_name')}>{(id) => <input id={id} value={name} minLength={2} maxLength={100} onChange={(event) => setName(event.target.value)} />}</Field>
        <Field label={t('admin_firm')}>
          {(id) => (
            <select id={id} value={firm} onChange={(event) => setChosen(event.target.value)}>
              {known.map((item) => (
                <option key={item.organisation_id} value={item.organisation_id}>
                  {localName(lang, item)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Button className="main-button" type="submit" isDisabled={busy || name.trim().length < 2}>
          {t('admin_person_add')}
        </Button>
      </form>
      <Table label={t('admin_tab_people')} heads={[t('admin_name'), t('admin_role'), t('admin_firm'), t('admin_state'), t('admin_why')]}>
        {(kept?.items ?? []).map((item) => (
          <tr key={item.user_id}>
            <td>
              <strong>{item.name}</strong>
            </td>
            <td>{((key) => (key === null ? item.role : t(key)))(keyFor('role_', item.role))}</td>
            <td>{nameOf(item.organisation_id)}</td>
            <td>{t(item.totp ? 'admin_totp_on' : 'admin_totp_off')}</td>
            <td>
              {item.name !== session.user.name && (
                <div className="decide-buttons">
                  <Ask
                    label={t('admin_password', { name: item.name })}
                    effect={t('admin_password_effect')}
                    busy={busy}
                    onDo={() =>
                      void act(() => newPassword(item.user_id)).then((made) => {
                        if (made !== null) setSecret(made.password)
                      })
                    }
                  />
                  {item.totp && <Ask label={t('admin_totp_reset', { name: item.name })} effect={t('admin_totp_reset_effect')} busy={busy} onDo={() => void act(() => resetSecondFactor(item.user_id))} />}
                  <Ask label={t('admin_person_remove', { name: item.name })} effect={t('admin_person_remove_effect')} busy={busy} onDo={() => void act(() => removePerson(item.user_id))} />
                </div>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </>
  )
}
