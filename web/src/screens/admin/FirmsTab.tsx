/** Firms and offices, and the programs of each: bring in, rotate, revoke, put out. */

import { useState, type FormEvent } from 'react'
import { Button } from 'react-aria-components'
import { addProgram, addSecret, getOrganisations, getPrograms, removeProgram, revokeCredential, type Organisation } from '../../api/admin'
import { useLook } from '../../app/look'
import { beijingDayTime, instant, localName } from '../../i18n/format'
import { keyFor } from '../../i18n/translate'
import { useAsked } from '../../panels/flight/useFlightStory'
import { Field } from '../../panels/OrderForm'
import { Ask, Secret, Table, Trouble, useActing } from './parts'

/** The role of an office's people and programs; a firm's kind is its role. */
const roleOf = (kind: string) => (kind === 'centre' ? 'dispatcher' : kind === 'authority' ? 'regulator' : kind === 'administration' ? 'admin' : kind)

export function FirmsTab() {
  const { t, lang } = useLook()
  const told = useAsked('firms', getOrganisations, 30_000)
  const [chosen, setChosen] = useState<string | null>(null)
  const firm = told.value?.items.find((item) => item.organisation_id === chosen)
  return (
    <>
      <Trouble problem={told.problem} />
      <Table label={t('admin_tab_firms')} heads={[t('admin_name'), t('admin_kind'), 'id', t('admin_programs_open')]}>
        {(told.value?.items ?? []).map((item) => (
          <tr key={item.organisation_id}>
            <td>
              <strong>{localName(lang, item)}</strong>
            </td>
            <td>{((key) => (key === null ? item.kind : t(key)))(keyFor('role_', roleOf(item.kind)))}</td>
            <td className="mono quiet">{item.organisation_id}</td>
            <td>
              <Button className="quiet-button" aria-expanded={chosen === item.organisation_id} aria-label={`${t('admin_programs_open')}: ${localName(lang, item)}`} onPress={() => setChosen(chosen === item.organisation_id ? null : item.organisation_id)}>
                {t('admin_programs_open')}
              </Button>
            </td>
          </tr>
        ))}
      </Table>
      {firm !== undefined && <Programs key={firm.organisation_id} firm={firm} />}
    </>
  )
}

function Programs({ firm }: { readonly firm: Organisation }) {
  const { t, lang } = useLook()
  const { busy, refused, round, act } = useActing()
  const told = useAsked(`${firm.organisation_id} ${round}`, () => getPrograms(firm.organisation_id), null)
  const [kept, setKept] = useState(told.value)
  if (told.value !== null && told.value !== kept) setKept(told.value)
  const [secret, setSecret] = useState<string | null>(null)
  const [name, setName] = useState('')
  const label = t('admin_programs', { firm: localName(lang, firm) })
  const add = async (event: FormEvent) => {
    event.preventDefault()
    const made = await act(() => addProgram(firm.organisation_id, roleOf(firm.kind), name.trim()))
    if (made === null) return
    setSecret(made.client_secret)
    setName('')
  }
  const time = (text: string | null) => {
    const at = instant(text)
    return at === null ? t('value_unknown') : beijingDayTime(at)
  }
  return (
    <section className="admin-card" aria-label={label}>
      <h2>{label}</h2>
      <Trouble problem={refused} done />
      <Trouble problem={told.problem} />
      {secret !== null && <Secret text={secret} onDone={() => setSecret(null)} />}
      {kept !== null && kept.items.length === 0 && <p className="quiet">{t('admin_programs_none')}</p>}
      <ul className="admin-list">
        {kept?.items.map((item) => (
          <li key={item.client_id}>
            <p>
              <strong>{item.name}</strong> <span className="mono quiet">{item.client_id}</span>
            </p>
            <ul>
              {item.credentials.map((each) => (
                <li key={each.credential_id} className="admin-line">
                  <span>
                    {each.name} <span className="quiet">{t('admin_credential', { kind: each.kind, time: time(each.created_at) })}</span>
                  </span>
                  <Ask label={t('admin_revoke', { name: each.name })} effect={t('admin_revoke_effect')} busy={busy} onDo={() => void act(() => revokeCredential(item.client_id, each.credential_id))} />
                </li>
              ))}
            </ul>
            <div className="decide-buttons">
              <Button
                className="quiet-button"
                isDisabled={busy}
                onPress={() =>
                  void act(() => addSecret(item.client_id, `${item.name} ${new Date().toISOString().slice(0, 10)}`)).then((made) => {
                    if (made !== null) setSecret(made.secret)
                  })
                }
              >
                {t('admin_rotate')}
              </Button>
              <Ask label={t('admin_program_remove', { name: item.name })} effect={t('admin_program_remove_effect')} busy={busy} onDo={() => void act(() => removeProgram(item.client_id))} />
            </div>
          </li>
        ))}
      </ul>
      <p className="quiet">{t('admin_rotate_note')}</p>
      <form className="admin-form" onSubmit={(event) => void add(event)}>
        <Field label={t('admin_name')}>{(id) => <input id={id} value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />}</Field>
        <Button className="main-button" type="submit" isDisabled={busy || name.trim() === ''}>
          {t('admin_program_add')}
        </Button>
      </form>
    </section>
  )
}
