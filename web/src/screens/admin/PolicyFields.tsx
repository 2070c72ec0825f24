/** The fields of the policy: one for each kind of member, tables for rules, limits and classes. */

import { useState, type ReactNode } from 'react'
import { Button } from 'react-aria-components'
import { useLook } from '../../app/look'
import { Icon } from '../../ui/icons'
import { ApiName, memberWords, optionWords, columnWords } from './policyWords'
import { aircraftClasses, cellColumns, cellOfRow, choicesOf, classLimits, operationTypes, rowOfRule, ruleColumns, ruleOfRow, triggers, type Column, type Document, type Kind, type Row } from './policyForm'

interface Props {
  readonly path: string
  readonly kind: Kind
  readonly value: unknown
  readonly disabled: boolean
  readonly onChange: (value: unknown) => void
}

interface Labelled extends Props {
  /** What it is called, in words and in the API. */
  readonly label: string
}

export function PolicyField(props: Props) {
  const { t } = useLook()
  const { path, kind, value, disabled, onChange } = props
  const label = `${memberWords(t, path)} (${path})`
  switch (kind) {
    case 'switch':
      return <input type="checkbox" aria-label={label} checked={value === true} disabled={disabled} onChange={(event) => onChange(event.target.checked)} />
    case 'number':
      return <NumberField label={label} value={value as number | null} disabled={disabled} onChange={(next) => next !== null && onChange(next)} />
    case 'maybe_number':
      return <NumberField label={label} value={value as number | null} disabled={disabled} onChange={onChange} />
    case 'choice':
      return <Choice label={label} value={String(value)} options={choicesOf(path)} disabled={disabled} onChange={onChange} />
    case 'choices':
      return <Checks label={label} value={value as readonly string[]} options={choicesOf(path)} disabled={disabled} onChange={onChange} />
    case 'numbers':
      return <Numbers {...props} label={label} value={value as readonly number[]} />
    case 'wind':
      return <Wind {...props} label={label} value={value as Document | null} />
    case 'separation_rules':
      return <Rows label={label} columns={ruleColumns} rows={(value as readonly Document[]).map(rowOfRule)} disabled={disabled} onChange={(rows) => onChange(rows.map(ruleOfRow))} />
    case 'cell_limits':
      return <Rows label={label} columns={cellColumns} rows={value as readonly Row[]} disabled={disabled} onChange={(rows) => onChange(rows.map(cellOfRow))} />
    case 'class_limits':
      return <Classes {...props} label={label} value={value as Readonly<Record<string, Document>>} />
    case 'class_limit':
      return <Limits label={label} value={value as Document} disabled={disabled} onChange={onChange} />
    case 'triggers':
      return <Triggers {...props} label={label} value={value as Readonly<Record<string, readonly string[]>>} />
    case 'json':
      return <Json {...props} label={label} />
    case 'text':
      return <input type="text" aria-label={label} value={String(value)} disabled={disabled} onChange={(event) => onChange(event.target.value)} />
  }
}

interface NumberProps {
  readonly label: string
  readonly value: number | null
  readonly disabled: boolean
  readonly onChange: (value: number | null) => void
}

function NumberField({ label, value, disabled, onChange }: NumberProps) {
  return (
    <input type="number" aria-label={label} step="any" value={value ?? ''} disabled={disabled} onChange={(event) => onChange(event.target.value === '' ? null : Number(event.target.value))} />
  )
}

interface ChoiceProps {
  readonly label: string
  readonly value: string
  readonly options: readonly string[]
  readonly disabled: boolean
  readonly empty?: boolean
  readonly onChange: (value: string) => void
}

function Choice({ label, value, options, disabled, empty = false, onChange }: ChoiceProps) {
  const { t } = useLook()
  const shown = value === '' || options.includes(value) ? options : [...options, value]
  return (
    <select aria-label={label} value={value} disabled={disabled} onChange={(event) => onChange(event.target.value)}>
      {empty && <option value="">{t('policy_any')}</option>}
      {shown.map((option) => (
        <option key={option} value={option}>
          {optionWords(t, option)}
        </option>
      ))}
    </select>
  )
}

interface ChecksProps {
  readonly label: string
  readonly value: readonly string[]
  readonly options: readonly string[]
  readonly disabled: boolean
  readonly onChange: (value: readonly string[]) => void
}

/** Some of what there is, in the order of what there is; what is not known here stays as it is. */
function Checks({ label, value, options, disabled, onChange }: ChecksProps) {
  const { t } = useLook()
  const all = [...options, ...value.filter((item) => !options.includes(item))]
  return (
    <span className="policy-checks" role="group" aria-label={label}>
      {all.map((option) => (
        <label key={option}>
          <input type="checkbox" checked={value.includes(option)} disabled={disabled} onChange={(event) => onChange(all.filter((item) => (item === option ? event.target.checked : value.includes(item))))} /> {optionWords(t, option)}
        </label>
      ))}
    </span>
  )
}

function Numbers({ label, value, disabled, onChange }: Omit<Labelled, 'value'> & { readonly value: readonly number[] }) {
  const [text, setText] = useState<string | null>(null)
  return (
    <input
      type="text"
      inputMode="decimal"
      aria-label={label}
      value={text ?? value.join(', ')}
      disabled={disabled}
      onBlur={() => setText(null)}
      onChange={(event) => {
        setText(event.target.value)
        const numbers = event.target.value.split(/[,，\s]+/).filter((part) => part !== '').map(Number)
        if (numbers.every(Number.isFinite)) onChange(numbers)
      }}
    />
  )
}

function Wind({ path, label, value, disabled, onChange }: Omit<Labelled, 'value'> & { readonly value: Document | null }) {
  const { t } = useLook()
  return (
    <span className="policy-checks" role="group" aria-label={label}>
      <label>
        <input type="checkbox" checked={value !== null} disabled={disabled} onChange={(event) => onChange(event.target.checked ? { speed_mps: 0, from_deg: 0 } : null)} /> {t('policy_known')}
      </label>
      {value !== null &&
        ['speed_mps', 'from_deg'].map((name) => (
          <label key={name}>
            <span>{columnWords(t, name)}</span> <NumberField label={`${path}.${name}`} value={(value[name] as number | null) ?? null} disabled={disabled} onChange={(next) => next !== null && onChange({ ...value, [name]: next })} />
          </label>
        ))}
    </span>
  )
}

interface RowsProps {
  readonly label: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  readonly disabled: boolean
  readonly onChange: (rows: readonly Row[]) => void
}

/** A list as a table: a line each, one more, one less. */
function Rows({ label, columns, rows, disabled, onChange }: RowsProps) {
  const { t } = useLook()
  const change = (index: number, name: string, value: string | number | null) => onChange(rows.map((row, i) => (i === index ? { ...row, [name]: value } : row)))
  const cell = ({ name, kind, choices }: Column, row: Row, index: number): ReactNode => {
    const title = `${label} ${index + 1} ${name}`
    if (kind === 'number') return <NumberField label={title} value={(row[name] as number | null | undefined) ?? null} disabled={disabled} onChange={(value) => change(index, name, value)} />
    if (kind === 'choice') return <Choice label={title} value={String(row[name] ?? '')} options={choices ?? []} disabled={disabled} empty onChange={(value) => change(index, name, value)} />
    return <input type="text" aria-label={title} value={String(row[name] ?? '')} disabled={disabled} onChange={(event) => change(index, name, event.target.value)} />
  }
  return (
    <div className="policy-rows">
      {rows.length === 0 && <p className="quiet">{t('policy_none')}</p>}
      {rows.map((row, index) => (
        <fieldset key={index} className="policy-row">
          <legend>{index + 1}</legend>
          {columns.map((column) => (
            <label key={column.name}>
              <ApiName words={columnWords(t, column.name)} name={column.name} /> {cell(column, row, index)}
            </label>
          ))}
          {!disabled && (
            <Button className="icon-button" aria-label={t('policy_row_remove', { name: `${label} ${index + 1}` })} onPress={() => onChange(rows.filter((_, i) => i !== index))}>
              <Icon name="trash" />
            </Button>
          )}
        </fieldset>
      ))}
      {!disabled && (
        <Button className="quiet-button" aria-label={`${t('policy_row_add')} ${label}`} onPress={() => onChange([...rows, {}])}>
          <Icon name="plus" /> {t('policy_row_add')}
        </Button>
      )}
    </div>
  )
}

interface LimitsProps {
  readonly label: string
  readonly value: Document
  readonly disabled: boolean
  readonly onChange: (value: Document) => void
}

/** The limits of one class; an empty one limits nothing. */
function Limits({ label, value, disabled, onChange }: LimitsProps) {
  const { t } = useLook()
  const set = (name: string, next: number | boolean | null) => {
    const { [name]: _before, ...others } = value
    onChange(next === null || next === false ? others : { ...others, [name]: next })
  }
  return (
    <fieldset className="policy-row">
      <legend>{optionWords(t, label)}</legend>
      {classLimits.map(([name, kind]) => (
        <label key={name}>
          <ApiName words={columnWords(t, name)} name={name} />{' '}
          {kind === 'switch' ? (
            <input type="checkbox" aria-label={`${label} ${name}`} checked={value[name] === true} disabled={disabled} onChange={(event) => set(name, event.target.checked)} />
          ) : (
            <NumberField label={`${label} ${name}`} value={(value[name] as number | null | undefined) ?? null} disabled={disabled} onChange={(next) => set(name, next)} />
          )}
        </label>
      ))}
    </fieldset>
  )
}

function Classes({ label, value, disabled, onChange }: Omit<Labelled, 'value'> & { readonly value: Readonly<Record<string, Document>> }) {
  const shown = aircraftClasses.filter((name) => name in value || name !== 'large')
  return (
    <div className="policy-rows" role="group" aria-label={label}>
      {shown.map((name) => (
        <Limits key={name} label={name} value={value[name] ?? {}} disabled={disabled} onChange={(limits) => onChange({ ...value, [name]: limits })} />
      ))}
    </div>
  )
}

function Triggers({ label, value, disabled, onChange }: Omit<Labelled, 'value'> & { readonly value: Readonly<Record<string, readonly string[]>> }) {
  const { t } = useLook()
  return (
    <div className="policy-rows" role="group" aria-label={label}>
      {operationTypes.map((name) => (
        <fieldset key={name} className="policy-row">
          <legend>{optionWords(t, name)}</legend>
          <Checks label={`${label} ${name}`} value={value[name] ?? []} options={triggers} disabled={disabled} onChange={(items) => onChange({ ...value, [name]: items })} />
        </fieldset>
      ))}
    </div>
  )
}

/** What this console has no field for: as JSON, so that nothing of the policy is out of reach. */
function Json({ label, value, disabled, onChange }: Labelled) {
  const { t } = useLook()
  const [text, setText] = useState<string | null>(null)
  const [bad, setBad] = useState(false)
  return (
    <>
      <textarea
        aria-label={label}
        rows={3}
        value={text ?? JSON.stringify(value)}
        disabled={disabled}
        onChange={(event) => {
          setText(event.target.value)
          try {
            onChange(JSON.parse(event.target.value))
            setBad(false)
          } catch {
            setBad(true)
          }
        }}
      />
      {bad && <p role="alert">{t('policy_no_json')}</p>}
    </>
  )
}
