/** The positions of the centre: who works there, who may; supervisors and administrators make and close them. */

import { useState, type FormEvent } from 'react'
import { Button } from 'react-aria-components'
import type { Answer } from '../../api/client'
import { closePosition, openPosition, type Position } from '../../api/sectors'
import { useLook } from '../../app/look'
import { Field } from '../../fields/Field'
import { listed, localName } from '../../i18n/format'
import { Ask } from '../../ui/Ask'

interface Props {
  readonly positions: readonly Position[]
  readonly supervises: boolean
  readonly busy: boolean
  readonly act: (work: () => Promise<Answer<unknown>>) => Promise<boolean>
}

export function PositionsBox({ positions, supervises, busy, act }: Props) {
  const { t, lang } = useLook()
  return (
    <>
      <section className="sectors-pad" aria-label={t('sectors_tab_positions')}>
        {positions.length === 0 && <p className="quiet">{t('sectors_positions_none')}</p>}
        <ul className="sectors-list">
          {positions.map((item) => {
            const name = localName(lang, item)
            return (
              <li key={item.position_id} className="sectors-line">
                <span>
                  <strong>{name}</strong> {item.supervises && <span className="chip">{t('sectors_supervises')}</span>}
                  <span className="quiet block">{item.staff.length === 0 ? t('sectors_people_none') : listed(lang, item.staff.map((each) => each.name))}</span>
                </span>
                {supervises && (
                  <Ask icon="trash" label={t('sectors_position_close', { name })} effect={t('sectors_position_close_effect')} busy={busy} onDo={() => void act(() => closePosition(item.position_id))} />
                )}
              </li>
            )
          })}
        </ul>
      </section>
      {supervises ? <NewPosition busy={busy} act={act} /> : <p className="quiet sectors-pad">{t('sectors_supervisor_only')}</p>}
    </>
  )
}

function NewPosition({ busy, act }: Pick<Props, 'busy' | 'act'>) {
  const { t } = useLook()
  const [name, setName] = useState('')
  const [nameZh, setNameZh] = useState('')
  const [chief, setChief] = useState(false)
  const [people, setPeople] = useState('')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const named = people.split(/[\s,，、]+/).filter((each) => each !== '')
    const done = await act(() => openPosition({ name: name.trim(), name_zh: nameZh.trim() === '' ? null : nameZh.trim(), supervises: chief, people: named }))
    if (!done) return
    setName('')
    setNameZh('')
    setChief(false)
    setPeople('')
  }
  return (
    <form className="sectors-pad sectors-form" aria-label={t('sectors_position_new')} onSubmit={(event) => void submit(event)}>
      <h2>{t('sectors_position_new')}</h2>
      <Field label={t('sectors_position_name')}>{(id) => <input id={id} value={name} maxLength={80} onChange={(event) => setName(event.target.value)} />}</Field>
      <Field label={t('sectors_position_name_zh')}>{(id) => <input id={id} value={nameZh} maxLength={80} onChange={(event) => setNameZh(event.target.value)} />}</Field>
      <Field label={t('sectors_position_people')}>{(id) => <input id={id} value={people} maxLength={2000} onChange={(event) => setPeople(event.target.value)} />}</Field>
      <label className="sectors-check">
        <input type="checkbox" checked={chief} onChange={(event) => setChief(event.target.checked)} /> {t('sectors_position_supervises')}
      </label>
      <Button className="main-button" type="submit" isDisabled={busy || name.trim() === ''}>
        {t('sectors_position_make')}
      </Button>
    </form>
  )
}
