/** Firms and offices, and the programs of each: bring in, rotate, revoke, put out. */

import { useState, type FormEvent } from 'react'
import { Button } from 'react-aria-components'
import { addOrganisation, addProgram, addSecret, getOrganisations, getPrograms, removeProgram, revokeCredential, revokeTokens, type NewOrganisation, type Organisation } from '../../api/admin'
import type { Role } from '../../api/types'
import { useLook } from '../../app/look'
import { Field } from '../../fields/Field'
import { beijingDayTime, instant, localName } from '../../i18n/format'
import { keyFor } from '../../i18n/translate'
import { useAsked } from '../../panels/flight/useFlightStory'
import { Ask, Secret, Table, Trouble, useActing } from './parts'

/** The role of an office's people and programs; a firm's kind is its role. */
const roleOf = (kind: string) => (kind === 'centre' ? 'dispatcher' : kind === 'authority' ? 'regulator' : kind === 'administration' ? 'admin' : kind)

export function FirmsTab() {
  const { t, lang } = useLook()
  const { busy, refused, round, act } = useActing()
  const told = useAsked(`firms ${round}`, getOrganisations, 30_000)
  const [kept, setKept] = useState(told.value)
  if (told.value !== null && told.value !== kept) setKept(told.value)
  const [chosen, setChosen] = useState<string | null>(null)
  const firm = kept?.items.find((item) => item.organisation_id === chosen)
  return (
    <>
      <Trouble problem={told.problem} />
      <Trouble problem={refused} done />
      <NewFirm busy={busy} onAdd={(body) => act(() => addOrganisation(body)).then((made) => made !== null && (setChosen(made.organisation_id), true))} />
      <Table label={t('admin_tab_firms')} heads={[t('admin_name'), t('admin_kind'), 'id', t('admin_programs_open')]}>
        {(kept?.items ?? []).map((item) => (
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

const roles: readonly Role[] = ['operator', 'supplier', 'dispatcher', 'regulator', 'admin']
const entitlements = ['standing_approval', 'priority_over_50'] as const

interface NewProps {
  readonly busy: boolean
  readonly onAdd: (body: NewOrganisation) => Promise<boolean>
}

/** Bring a firm or an office in without an application; its people and programs have the role it gets. */
function NewFirm({ busy, onAdd }: NewProps) {
  const { t } = useLook()
  const [name, setName] = useState('')
  const [nameZh, setNameZh] = useState('')
  const [role, setRole] = useState<Role>('operator')
  const [granted, setGranted] = useState<readonly string[]>([])
  const add = async (event: FormEvent) => {
    event.preventDefault()
    if (!(await onAdd({ name: name.trim(), name_zh: nameZh.trim() === '' ? null : nameZh.trim(), role, entitlements: role === 'operator' ? granted : [] }))) return
    setName('')
    setNameZh('')
    setGranted([])
  }
  return (
    <form className="admin-form" aria-label={t('admin_firm_add')} onSubmit={(event) => void add(event)}>
      <Field label={t('admin_name')}>{(id) => <input id={id} value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />}</Field>
      <Field label={t('admin_name_zh')}>{(id) => <input id={id} value={nameZh} maxLength={100} onChange={(event) => setNameZh(event.target.value)} />}</Field>
      <Field label={t('admin_role')}>
        {(id) => (
          <select id={id} value={role} onChange={(event) => setRole(roles.find((each) => each === event.target.value) ?? 'operator')}>
            {roles.map((each) => (
              <option key={each} value={each}>
                {t(`role_${each}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {role === 'operator' &&
        entitlements.map((each) => (
          <label key={each}>
            <input type="checkbox" checked={granted.includes(each)} onChange={(event) => setGranted(entitlements.filter((one) => (one === each ? event.target.checked : granted.includes(one))))} /> {t(`entitlement_${each}`)}
          </label>
        ))}
      <Button className="main-button" type="submit" isDisabled={busy || name.trim() === ''}>
        {t('admin_firm_add')}
      </Button>
    </form>
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
              <Ask label={t('admin_tokens', { name: item.name })} effect={t('admin_tokens_effect')} busy={busy} onDo={() => void act(() => revokeTokens(item.client_id))} />
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
