/** Zones from a file: looked at first, with everything wrong in it by line; published together or not at all. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import { formatOf, importFormats, importZones, readZone, type ImportAnswer, type ImportedZone, type ImportFault, type ImportOptions } from '../../api/zones'
import { getZones } from '../../api/client'
import type { Datum, Problem, Restriction, Zone } from '../../api/types'
import { useLook } from '../../app/look'
import { Field } from '../../fields/Field'
import { FileField } from '../../fields/FileField'
import { localName, number } from '../../i18n/format'
import { problemWords } from '../../ui/problem'
import { ImportUndo, type Imported } from './ImportUndo'
import { Choice } from './ZoneForm'

const crsNames = ['WGS84', 'GCJ02', 'CGCS2000'] as const
const SHOWN = 100

type Step =
  | { readonly phase: 'choosing' }
  | { readonly phase: 'reading' }
  | { readonly phase: 'seen' | 'confirm' | 'sending'; readonly answer: ImportAnswer }
  | { readonly phase: 'done'; readonly n: number; readonly seen: number; readonly imported: Imported }
  | { readonly phase: 'failed'; readonly problem: Problem }

interface Props {
  readonly publishes: boolean
  /** Zones the service read, to be drawn before they are published; none takes them away. */
  readonly onPreview: (zones: readonly ImportedZone[]) => void
  readonly onShow: (zone: ImportedZone) => void
  readonly onPublished: () => void
}

export function ImportBox({ publishes, onPreview, onShow, onPublished }: Props) {
  const { t, lang } = useLook()
  const [file, setFile] = useState<File | null>(null)
  const [format, setFormat] = useState<ImportOptions['format']>('geojson')
  const [crs, setCrs] = useState<ImportOptions['crs']>('WGS84')
  const [restriction, setRestriction] = useState<Restriction>('PROHIBITED')
  const [datum, setDatum] = useState<Datum>('AGL')
  const [lower, setLower] = useState('0')
  const [upper, setUpper] = useState('120')
  const [step, setStep] = useState<Step>({ phase: 'choosing' })
  const kml = format === 'kml' || format === 'kmz'

  const options = (dry_run: boolean): ImportOptions => ({
    format,
    crs,
    dry_run,
    ...(kml ? { defaults: { restriction, lower_m: Number(lower), upper_m: Number(upper), datum } } : {}),
  })
  const look = async () => {
    if (file === null) return
    setStep({ phase: 'reading' })
    const answer = await importZones(file, options(true))
    setStep(answer.ok ? { phase: 'seen', answer: answer.value } : { phase: 'failed', problem: answer.problem })
    if (answer.ok) onPreview(answer.value.zones ?? [])
  }
  const publish = async (seen: ImportAnswer) => {
    if (file === null) return
    setStep({ phase: 'sending', answer: seen })
    // What it replaces is kept, so that the whole import can be taken back.
    const before = new Map<string, Zone>()
    for (const zone of seen.zones ?? []) {
      const kept = zone.replaces_version === null ? null : await readZone(zone.zone_id)
      if (kept !== null && !kept.ok) return setStep({ phase: 'failed', problem: kept.problem })
      if (kept !== null) before.set(zone.zone_id, kept.value)
    }
    const answer = await importZones(file, options(false))
    if (!answer.ok) return setStep({ phase: 'failed', problem: answer.problem })
    const read = await getZones()
    const inForce = new Map(read.ok ? read.value.map(({ properties }) => [properties.zone_id ?? '', properties.version ?? null] as const) : [])
    const { zone_ids } = answer.value
    const imported = new Map(zone_ids.filter((id) => inForce.has(id)).map((id) => [id, { version: inForce.get(id) ?? null, before: before.get(id) ?? null }]))
    setStep({ phase: 'done', n: zone_ids.length, seen: imported.size, imported })
    onPreview([])
    onPublished()
  }
  const changed = () => {
    setStep({ phase: 'choosing' })
    onPreview([])
  }
  const answer = step.phase === 'seen' || step.phase === 'confirm' || step.phase === 'sending' ? step.answer : null
  return (
    <section className="zone-edit" aria-label={t('import_title')}>
      <FileField
        label={t('import_file')}
        kinds={['.geojson', '.json', '.kml', '.kmz', '.txt', '.air']}
        onChoose={(chosen) => {
          setFile(chosen)
          setFormat(formatOf(chosen.name))
          changed()
        }}
      />
      <div className="zone-grid">
        <Choice label={t('import_format')} value={format} options={importFormats.map((item) => [item, item.toUpperCase()])} onChange={(next) => (setFormat(next), changed())} />
        <Choice label={t('import_crs')} value={crs} options={crsNames.map((item) => [item, item])} onChange={(next) => (setCrs(next), changed())} />
      </div>
      {kml && (
        <fieldset className="zone-group">
          <legend>{t('import_defaults')}</legend>
          <div className="zone-grid">
            <Choice label={t('zone_form_restriction')} value={restriction} options={(['PROHIBITED', 'REQ_AUTHORISATION', 'CONDITIONAL', 'NO_RESTRICTION'] as const).map((item) => [item, t(`zone_${item}`)])} onChange={(next) => (setRestriction(next), changed())} />
            <Choice label={t('zone_form_datum')} value={datum} options={(['AGL', 'AMSL', 'HAE'] as const).map((item) => [item, t(`datum_${item}`)])} onChange={(next) => (setDatum(next), changed())} />
            <Field label={t('zone_form_lower')}>{(id) => <input id={id} type="number" value={lower} onChange={(event) => (setLower(event.target.value), changed())} />}</Field>
            <Field label={t('zone_form_upper')}>{(id) => <input id={id} type="number" value={upper} onChange={(event) => (setUpper(event.target.value), changed())} />}</Field>
          </div>
        </fieldset>
      )}
      <Button className={answer === null ? 'main-button' : 'quiet-button'} isDisabled={file === null || step.phase === 'reading' || step.phase === 'sending'} onPress={() => void look()}>
        {t(step.phase === 'reading' ? 'import_reading' : 'import_look')}
      </Button>
      {step.phase === 'failed' && (
        <div className="decide-problem" role="alert">
          {t('import_failed', { reason: problemWords(t, lang, step.problem) })}
        </div>
      )}
      {step.phase === 'done' && (
        <>
          <p role="status" className={step.n === step.seen ? 'approvals-verified' : 'decide-problem'}>
            {step.n === step.seen ? t('import_done', { n: number(lang, step.n) }) : t('import_unverified', { n: number(lang, step.n), seen: number(lang, step.seen) })}
          </p>
          {step.imported.size > 0 && <ImportUndo imported={step.imported} onUndone={onPublished} />}
        </>
      )}
      {answer !== null && (
        <>
          <p role="status" className="impact-counts">
            {t('import_valid', { n: number(lang, answer.valid) })}
            {answer.impact !== undefined && <> · {t('impact_counts', { airborne: number(lang, answer.impact.counts.airborne), filed: number(lang, answer.impact.counts.filed) })}</>}
          </p>
          <Faults title={t('import_errors', { n: number(lang, answer.errors.length) })} faults={answer.errors} />
          <Faults title={t('import_warnings', { n: number(lang, answer.warnings.length) })} faults={answer.warnings} />
          <ul className="import-zones">
            {(answer.zones ?? []).slice(0, SHOWN).map((zone) => (
              <li key={zone.zone_id}>
                <Button className="link-button" onPress={() => onShow(zone)}>
                  {localName(lang, zone)}
                </Button>
                <span className="quiet">
                  {t(`zone_${zone.restriction}`)} · {zone.lower_m}–{zone.upper_m ?? '∞'} m {zone.datum}
                </span>
                <span className="quiet">{zone.replaces_version === null ? t('import_new') : t('import_replaces', { n: number(lang, zone.replaces_version) })}</span>
              </li>
            ))}
          </ul>
          {!publishes && <p className="quiet">{t('import_regulator')}</p>}
          {publishes && answer.errors.length === 0 && answer.valid > 0 && step.phase === 'seen' && (
            <Button className="main-button" onPress={() => setStep({ phase: 'confirm', answer })}>
              {t('import_publish', { n: number(lang, answer.valid) })}
            </Button>
          )}
          {(step.phase === 'confirm' || step.phase === 'sending') && (
            <div className="zone-question" data-escape-cancels="true" onKeyDown={(event) => event.key === 'Escape' && setStep({ phase: 'seen', answer })}>
              <p>{t('publish_effect')}</p>
              <div className="decide-buttons">
                <Button className="main-button main-danger" autoFocus isDisabled={step.phase === 'sending'} onPress={() => void publish(answer)}>
                  {t(step.phase === 'sending' ? 'publish_busy' : 'import_publish_confirm')}
                </Button>
                <Button className="quiet-button" isDisabled={step.phase === 'sending'} onPress={() => setStep({ phase: 'seen', answer })}>
                  {t('decide_back')}
                </Button>
              </div>
            </div>
          )}
        </>
      )}
    </section>
  )
}

function Faults({ title, faults }: { readonly title: string; readonly faults: readonly ImportFault[] }) {
  const { t, lang } = useLook()
  if (faults.length === 0) return null
  return (
    <details className="import-faults" open>
      <summary>{title}</summary>
      <ul>
        {faults.slice(0, SHOWN).map((fault, index) => (
          <li key={index} data-severity={fault.severity}>
            <span className="mono quiet">{fault.line === null ? fault.field : t('import_where', { line: number(lang, fault.line), field: fault.field })}</span>
            <span className="block">{lang === 'zh-CN' ? fault.detail_zh : fault.detail}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}
