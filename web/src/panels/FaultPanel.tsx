/** The demonstration's simulated vehicles: which faults each has, one more by hand, and away with them. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import { addFault, clearFaults, type Fault, type FaultKind, type FaultsAnswer, type FaultValue, type SimVehicle } from '../api/faults'
import type { Problem } from '../api/types'
import { useLook } from '../app/look'
import { Field } from '../fields/Field'
import { faultBody, readLasts, readValue, type FieldFault } from '../fault/faultForm'
import { number, quantity } from '../i18n/format'
import { keyFor, type Lang } from '../i18n/translate'
import { Icon } from '../ui/icons'
import { problemWords } from '../ui/problem'
import { ProblemList } from './OrderForm'

interface Props {
  readonly answer: FaultsAnswer
  readonly problem: Problem | null
  readonly drawer: boolean
  readonly onChanged: () => void
  readonly onClose: () => void
}

const words = (lang: Lang, item: { readonly text: string; readonly text_zh: string }): string => (lang === 'zh-CN' ? item.text_zh : item.text)

export function FaultPanel({ answer, problem, drawer, onChanged, onClose }: Props) {
  const { t, lang } = useLook()
  const [vehicleId, setVehicleId] = useState('')
  const [failure, setFailure] = useState<Problem | null>(null)
  const faulty = answer.vehicles.filter(({ faults }) => faults.length > 0).length

  const clear = async (vehicle: SimVehicle, fault_id: string | null) => {
    const cleared = await clearFaults(vehicle.id, fault_id)
    setFailure(cleared.ok ? null : cleared.problem)
    onChanged()
  }
  return (
    <section className="plans" aria-label={t('board_faults')} data-drawer={drawer}>
      <div className="plans-head">
        <h2>{t('board_faults')}</h2>
        <p className="quiet plans-count" role="status">
          {t('faults_count', { n: number(lang, answer.vehicles.length), faulty: number(lang, faulty) })}
        </p>
        <Button className="icon-button" aria-label={t('faults_close')} onPress={onClose}>
          <Icon name="close" />
        </Button>
      </div>
      {problem !== null && (
        <p className="plans-problem" role="alert">
          {t('faults_stale', { reason: problemWords(t, lang, problem) })}
        </p>
      )}
      {failure !== null && <ProblemList problem={failure} title="fault_failed" />}
      <div className="fault-columns">
        <div className="plans-scroll" tabIndex={-1}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('field_registration')}</th>
                <th scope="col">{t('fault_vehicle_state')}</th>
                <th scope="col">{t('fault_battery')}</th>
                <th scope="col">{t('fault_present')}</th>
              </tr>
            </thead>
            <tbody>
              {answer.vehicles.map((vehicle) => (
                <tr key={vehicle.id} data-selected={vehicle.id === vehicleId} onClick={() => setVehicleId(vehicle.id)}>
                  <td>
                    <Button className="plans-pick" aria-pressed={vehicle.id === vehicleId} onPress={() => setVehicleId(vehicle.id)}>
                      {vehicle.registration ?? vehicle.id}
                    </Button>
                  </td>
                  <td>{t(vehicle.airborne ? 'fault_airborne' : 'fault_grounded', { mode: modeName(t, vehicle.mode) })}</td>
                  <td>{quantity(t, lang, 'unit_pct', vehicle.battery_pct)}</td>
                  <td>
                    {vehicle.faults.length === 0 && <span className="quiet">{t('value_none')}</span>}
                    {vehicle.faults.map((fault) => (
                      <PresentFault
                        key={fault.fault_id}
                        fault={fault}
                        kind={answer.kinds.find(({ kind }) => kind === fault.kind) ?? null}
                        onClear={() => void clear(vehicle, fault.fault_id)}
                      />
                    ))}
                    {vehicle.faults.length > 1 && (
                      <Button className="link-button" onPress={() => void clear(vehicle, null)}>
                        {t('fault_clear_all')}
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <FaultForm answer={answer} vehicleId={vehicleId} onVehicle={setVehicleId} onAdded={onChanged} />
      </div>
    </section>
  )
}

function PresentFault({ fault, kind, onClear }: { readonly fault: Fault; readonly kind: FaultKind | null; readonly onClear: () => void }) {
  const { t, lang } = useLook()
  const name = kindName(t, kind, fault.kind)
  const when = !fault.in_force
    ? t('fault_starts_in', { n: number(lang, fault.starts_in_s) })
    : fault.ends_in_s === null
      ? t('fault_until_cleared')
      : t('fault_ends_in', { n: number(lang, Math.max(0, fault.ends_in_s)) })
  const values = Object.entries(fault.values).map(([key, value]) => `${key} ${value}`)
  return (
    <span className="fault-present">
      <span className="chip fault-chip" title={values.join(', ')}>
        ⚠ {name} · {when}
      </span>
      <Button className="link-button" aria-label={t('fault_clear_one', { name })} onPress={onClear}>
        {t('fault_clear')}
      </Button>
    </span>
  )
}

function kindName(t: ReturnType<typeof useLook>['t'], kind: FaultKind | null, id: string): string {
  const key = keyFor('fault_kind_', kind?.kind ?? id)
  return key === null ? id : t(key)
}

function modeName(t: ReturnType<typeof useLook>['t'], mode: string): string {
  const key = keyFor('mode_', mode)
  return key === null ? mode : t(key)
}

/** A word that the simulator takes, as the reader says it. */
function wordName(t: ReturnType<typeof useLook>['t'], word: string): string {
  const key = keyFor('fault_word_', word)
  return key === null ? word : t(key)
}

interface FormProps {
  readonly answer: FaultsAnswer
  readonly vehicleId: string
  readonly onVehicle: (vehicleId: string) => void
  readonly onAdded: () => void
}

function FaultForm({ answer, vehicleId, onVehicle, onAdded }: FormProps) {
  const { t, lang } = useLook()
  const [kindId, setKindId] = useState('')
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({})
  const [lasts, setLasts] = useState('60')
  const [sending, setSending] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const kind = answer.kinds.find((item) => item.kind === kindId) ?? answer.kinds[0]
  if (kind === undefined) return null
  const body = faultBody(vehicleId, kind, texts, lasts)
  const lasting = readLasts(lasts)

  const send = async () => {
    if (body === null) return
    setSending(true)
    const added = await addFault(body)
    setSending(false)
    setProblem(added.ok ? null : added.problem)
    onAdded()
  }
  return (
    <form
      className="board-form fault-form"
      aria-label={t('fault_add')}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <Field label={t('fault_vehicle')}>
        {(id) => (
          <select id={id} value={vehicleId} required onChange={(event) => onVehicle(event.target.value)}>
            <option value="">{t('fault_choose_vehicle')}</option>
            {answer.vehicles.map((vehicle) => (
              <option key={vehicle.id} value={vehicle.id}>
                {vehicle.registration ?? vehicle.id}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t('fault_kind')}>
        {(id) => (
          <select
            id={id}
            value={kind.kind}
            onChange={(event) => {
              setKindId(event.target.value)
              setTexts({})
            }}
          >
            {answer.kinds.map((item) => (
              <option key={item.kind} value={item.kind}>
                {kindName(t, item, item.kind)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <p className="quiet board-wide">{words(lang, kind)}</p>
      {kind.values.map((spec) => (
        <ValueField key={`${kind.kind}.${spec.name}`} spec={spec} text={texts[spec.name] ?? ''} onText={(text) => setTexts((before) => ({ ...before, [spec.name]: text }))} />
      ))}
      <Field label={t('fault_lasts')}>
        {(id) => (
          <>
            <input id={id} inputMode="decimal" value={lasts} onChange={(event) => setLasts(event.target.value)} aria-invalid={'fault' in lasting} />
            {'fault' in lasting && <Wrong fault={lasting.fault} low={0} high={604_800} />}
          </>
        )}
      </Field>
      <div className="board-form-end">
        <Button type="submit" className="main-button" isDisabled={sending || body === null}>
          {t(sending ? 'fault_sending' : 'fault_add')}
        </Button>
      </div>
      {problem !== null && <ProblemList problem={problem} title="fault_failed" />}
    </form>
  )
}

function ValueField({ spec, text, onText }: { readonly spec: FaultValue; readonly text: string; readonly onText: (text: string) => void }) {
  const { t, lang } = useLook()
  const read = readValue(spec, text)
  const bounds = spec.minimum === undefined ? '' : ` (${number(lang, spec.minimum)} … ${number(lang, spec.maximum ?? Infinity, (spec.maximum ?? 0) % 1 === 0 ? 0 : 1)})`
  return (
    <Field label={`${words(lang, spec)}${bounds}`}>
      {(id) => (
        <>
          {spec.one_of === undefined ? (
            <input
              id={id}
              inputMode={typeof spec.default === 'number' ? 'decimal' : 'text'}
              placeholder={String(spec.default)}
              value={text}
              onChange={(event) => onText(event.target.value)}
              aria-invalid={'fault' in read}
            />
          ) : (
            <select id={id} value={text === '' ? String(spec.default) : text} onChange={(event) => onText(event.target.value)}>
              {spec.one_of.map((word) => (
                <option key={word} value={word}>
                  {wordName(t, word)}
                </option>
              ))}
            </select>
          )}
          {'fault' in read && <Wrong fault={read.fault} low={spec.minimum} high={spec.maximum} />}
        </>
      )}
    </Field>
  )
}

function Wrong({ fault, low, high }: { readonly fault: FieldFault; readonly low: number | undefined; readonly high: number | undefined }) {
  const { t } = useLook()
  return <span className="field-wrong">{fault === 'range' ? t('fault_out_of_range', { low: low ?? '−∞', high: high ?? '∞' }) : t('fault_not_number')}</span>
}
