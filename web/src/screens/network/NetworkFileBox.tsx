/** The network as a file: in, looked at first on the map and by line, together or not at all; out, as it is in force. */

import { useState } from 'react'
import { Button, Link } from 'react-aria-components'
import { getNetworkCorridors, getNetworkSites, importNetwork, type Difference, type ImportMode, type NetworkImport } from '../../api/network'
import type { Problem } from '../../api/types'
import { useLook } from '../../app/look'
import { FileField } from '../../fields/FileField'
import { number } from '../../i18n/format'
import { Icon } from '../../ui/icons'
import { problemWords } from '../../ui/problem'
import { Choice } from '../airspace/ZoneForm'
import { Problems, Question, Said } from './parts'

type Step =
  | { readonly phase: 'choosing' | 'reading' }
  | { readonly phase: 'seen' | 'asked' | 'sending'; readonly found: NetworkImport }
  | { readonly phase: 'done'; readonly missing: number; readonly flights: number }
  | { readonly phase: 'failed'; readonly problem: Problem }

interface Props {
  readonly changes: boolean
  /** What the file holds, to be drawn; empty takes it away. */
  readonly onPreview: (features: readonly GeoJSON.Feature[]) => void
  readonly onPublished: () => void
}

/** The features of a file as far as they can be drawn; the service judges the rest. */
function drawable(text: string): readonly GeoJSON.Feature[] {
  try {
    const read = JSON.parse(text) as GeoJSON.FeatureCollection
    return (read.features ?? []).filter((item) => item?.geometry?.type === 'Point' || item?.geometry?.type === 'LineString').map((item) => ({ ...item, properties: { bad: false, label: String(item.properties?.name ?? '') } }))
  } catch {
    return []
  }
}

export function NetworkFileBox({ changes, onPreview, onPublished }: Props) {
  const { t, lang } = useLook()
  const [file, setFile] = useState<File | null>(null)
  const [mode, setMode] = useState<ImportMode>('merge')
  const [step, setStep] = useState<Step>({ phase: 'choosing' })
  const again = () => (setStep({ phase: 'choosing' }), onPreview([]))

  const look = async (chosen: File) => {
    setStep({ phase: 'reading' })
    const answer = await importNetwork(chosen, mode, true)
    if (!answer.ok) return setStep({ phase: 'failed', problem: answer.problem })
    setStep({ phase: 'seen', found: answer.value })
    onPreview(drawable(await chosen.text()))
  }
  const publish = async (chosen: File, found: NetworkImport) => {
    setStep({ phase: 'sending', found })
    const answer = await importNetwork(chosen, mode, false)
    if (!answer.ok) return setStep({ phase: 'failed', problem: answer.problem })
    const [sites, corridors] = await Promise.all([getNetworkSites(), getNetworkCorridors()])
    const inForce = new Set([...(sites.ok ? sites.value.items.map((item) => item.properties.site_id) : []), ...(corridors.ok ? corridors.value.items.map((item) => item.properties.corridor_id) : [])])
    const wanted = [answer.value.sites, answer.value.corridors].flatMap(({ added, changed, unchanged }) => [...added, ...changed, ...unchanged])
    setStep({ phase: 'done', missing: wanted.filter((item) => !inForce.has(item)).length, flights: answer.value.plan_ids.length })
    onPreview([])
    onPublished()
  }
  const found = step.phase === 'seen' || step.phase === 'asked' || step.phase === 'sending' ? step.found : null
  return (
    <section className="zone-edit" aria-label={t('network_files')}>
      <fieldset className="zone-group">
        <legend>{t('network_export')}</legend>
        <div className="network-links">
          <Link className="quiet-button" href="/v1/network/export" download="network.geojson" target="_blank">
            <Icon name="download" /> {t('network_export_all')}
          </Link>
          {(['csv', 'json', 'geojson'] as const).map((format) => (
            <Link key={format} className="quiet-button" href={`/v1/routes?format=${format}`} download={`routes.${format}`} target="_blank">
              <Icon name="download" /> {t('network_export_routes', { format: format.toUpperCase() })}
            </Link>
          ))}
        </div>
        <p className="quiet">{t('network_export_help')}</p>
      </fieldset>
      {!changes && <p className="quiet">{t('network_import_regulator')}</p>}
      {changes && (
        <fieldset className="zone-group">
          <legend>{t('network_import')}</legend>
          <FileField label={t('network_file')} kinds={['.geojson', '.json']} onChoose={(chosen) => (setFile(chosen), again())} />
          <Choice
            label={t('network_mode')}
            value={mode}
            options={[
              ['merge', t('network_mode_merge')],
              ['replace', t('network_mode_replace')],
            ]}
            onChange={(next) => (setMode(next), again())}
          />
          <Button className={found === null ? 'main-button' : 'quiet-button'} isDisabled={file === null || step.phase === 'reading' || step.phase === 'sending'} onPress={() => file !== null && void look(file)}>
            {t(step.phase === 'reading' ? 'import_reading' : 'import_look')}
          </Button>
          {found !== null && file !== null && (
            <>
              <Differences title={t('network_sites')} found={found.sites} />
              <Differences title={t('network_corridors')} found={found.corridors} />
              <Problems title={t('network_errors')} items={found.errors} severity="error" />
              <Problems title={t('network_warnings')} items={found.warnings} severity="warning" />
              {found.usable && step.phase === 'seen' && (
                <Button className="main-button" onPress={() => setStep({ phase: 'asked', found })}>
                  {t('network_import_publish')}
                </Button>
              )}
              {!found.usable && <Said good={false}>{t('network_faults', { n: number(lang, found.errors.length) })}</Said>}
              {(step.phase === 'asked' || step.phase === 'sending') && (
                <Question effect={t(mode === 'replace' ? 'network_replace_effect' : 'network_merge_effect')} yes={t('network_import_publish')} busy={step.phase === 'sending'} onYes={() => void publish(file, found)} onNo={() => setStep({ phase: 'seen', found })} />
              )}
            </>
          )}
          {step.phase === 'done' && (
            <Said good={step.missing === 0}>{step.missing === 0 ? t('network_imported', { n: number(lang, step.flights) }) : t('network_unverified', { n: number(lang, step.missing) })}</Said>
          )}
          {step.phase === 'failed' && <Said good={false}>{t('network_failed', { reason: problemWords(t, lang, step.problem) })}</Said>}
        </fieldset>
      )}
    </section>
  )
}

function Differences({ title, found }: { readonly title: string; readonly found: Difference }) {
  const { t, lang } = useLook()
  return (
    <div>
      <p role="status" className="impact-counts">
        {t('network_difference', { what: title, added: number(lang, found.added.length), changed: number(lang, found.changed.length), same: number(lang, found.unchanged.length), gone: number(lang, found.withdrawn.length) })}
      </p>
      <ul className="mono network-ids">
        {(['added', 'changed', 'withdrawn'] as const).map(
          (kind) =>
            found[kind].length > 0 && (
              <li key={kind}>
                <span className="quiet">{t(`network_${kind}`)}</span> {found[kind].join(', ')}
              </li>
            ),
        )}
      </ul>
    </div>
  )
}
