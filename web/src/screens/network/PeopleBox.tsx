/** People on the ground: the grid in force (said to be made up where it is), on the map; a file, looked at first. */

import { useCallback, useEffect, useState } from 'react'
import { Button } from 'react-aria-components'
import { checkPopulation, getPopulation, populationFormat, putPopulation, withdrawPopulation, type Population, type PopulationCheck, type PopulationOptions } from '../../api/network'
import type { Problem } from '../../api/types'
import { useLook } from '../../app/look'
import { FileField } from '../../fields/FileField'
import { number } from '../../i18n/format'
import type { CityMap } from '../../map/cityMap'
import { problemWords } from '../../ui/problem'
import { Choice } from '../airspace/ZoneForm'
import { Problems, Question, Said } from './parts'

const RESOLUTION = 8

type Step =
  | { readonly phase: 'choosing' | 'busy' }
  | { readonly phase: 'seen'; readonly check: PopulationCheck }
  | { readonly phase: 'asked'; readonly check: PopulationCheck }
  | { readonly phase: 'withdrawing' }
  | { readonly phase: 'done'; readonly source: string }
  | { readonly phase: 'failed'; readonly problem: Problem }

export function PeopleBox({ map, changes }: { readonly map: CityMap | null; readonly changes: boolean }) {
  const { t, lang } = useLook()
  const [people, setPeople] = useState<Population | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [file, setFile] = useState<File | null>(null)
  const [options, setOptions] = useState<PopulationOptions>({ format: 'csv', unit: 'people_per_km2', restEmpty: false })
  const [step, setStep] = useState<Step>({ phase: 'choosing' })

  const load = useCallback(async () => {
    const answer = await getPopulation(RESOLUTION)
    if (answer.ok) setPeople(answer.value)
    setProblem(answer.ok ? null : answer.problem)
    return answer
  }, [])
  useEffect(() => void load(), [load])
  useEffect(() => {
    if (map === null || people === null) return
    map.whenReady(() => map.setCells('people', people.items.map(({ h3, people_per_km2 }) => ({ cell: h3, load: people_per_km2, ceiling_agl_m: null, status: 'open' }))))
    return () => map.setCells('none', [])
  }, [map, people])

  const change = (part: Partial<PopulationOptions>) => (setOptions((before) => ({ ...before, ...part })), setStep({ phase: 'choosing' }))
  const look = async (chosen: File) => {
    setStep({ phase: 'busy' })
    const answer = await checkPopulation(chosen, options)
    setStep(answer.ok ? { phase: 'seen', check: answer.value } : { phase: 'failed', problem: answer.problem })
  }
  const publish = async (chosen: File) => {
    setStep({ phase: 'busy' })
    const answer = await putPopulation(chosen, options)
    if (!answer.ok) return setStep({ phase: 'failed', problem: answer.problem })
    const read = await load()
    // What was sent is not what is believed: what is read back is.
    if (!read.ok) return setStep({ phase: 'failed', problem: read.problem })
    setStep(read.value.grid_id === answer.value.grid_id ? { phase: 'done', source: read.value.source } : { phase: 'failed', problem: { code: 'conflict' } })
  }
  const withdraw = async (gridId: string) => {
    setStep({ phase: 'busy' })
    const answer = await withdrawPopulation(gridId)
    if (!answer.ok) return setStep({ phase: 'failed', problem: answer.problem })
    await load()
    setStep({ phase: 'choosing' })
  }
  const check = step.phase === 'seen' || step.phase === 'asked' ? step.check : null
  return (
    <section className="zone-edit" aria-label={t('people_title')}>
      {problem !== null && <p className="decide-problem">{problemWords(t, lang, problem)}</p>}
      {people !== null && (
        <>
          {people.synthetic && <p className="network-synthetic">{t('people_synthetic')}</p>}
          <dl className="network-facts">
            {!people.synthetic && (
              <div>
                <dt>{t('people_source')}</dt>
                <dd>{people.source}</dd>
              </div>
            )}
            <div>
              <dt>{t('people_known')}</dt>
              <dd>{t('unit_pct', { n: number(lang, people.known_share * 100, 1) })}</dd>
            </div>
            <div>
              <dt>{t('people_all')}</dt>
              <dd>{number(lang, people.people)}</dd>
            </div>
          </dl>
          <p className="quiet">{t('people_shades')}</p>
        </>
      )}
      {!changes && <p className="quiet">{t('people_regulator')}</p>}
      {changes && (
        <fieldset className="zone-group">
          <legend>{t('people_import')}</legend>
          <FileField
            label={t('people_file')}
            kinds={['.csv', '.json', '.geojson', '.tif', '.tiff']}
            onChoose={(chosen) => {
              setFile(chosen)
              change({ format: populationFormat(chosen.name) })
            }}
          />
          <div className="zone-grid">
            <Choice
              label={t('people_rest')}
              value={options.restEmpty ? 'empty' : 'unknown'}
              options={[
                ['unknown', t('people_rest_unknown')],
                ['empty', t('people_rest_empty')],
              ]}
              onChange={(value) => change({ restEmpty: value === 'empty' })}
            />
            {options.format === 'geotiff' && (
              <Choice
                label={t('people_unit')}
                value={options.unit}
                options={[
                  ['people_per_km2', t('people_unit_density')],
                  ['people_per_pixel', t('people_unit_pixel')],
                ]}
                onChange={(unit) => change({ unit })}
              />
            )}
          </div>
          <div className="decide-buttons">
            <Button className={check === null ? 'main-button' : 'quiet-button'} isDisabled={file === null || step.phase === 'busy'} onPress={() => file !== null && void look(file)}>
              {t('import_look')}
            </Button>
            {people !== null && people.grid_id !== null && step.phase !== 'withdrawing' && (
              <Button className="quiet-button" isDisabled={step.phase === 'busy'} onPress={() => setStep({ phase: 'withdrawing' })}>
                {t('people_withdraw')}
              </Button>
            )}
          </div>
          {step.phase === 'withdrawing' && people !== null && people.grid_id !== null && (
            <Question effect={t('people_withdraw_effect')} yes={t('people_withdraw')} busy={false} onYes={() => void withdraw(people.grid_id!)} onNo={() => setStep({ phase: 'choosing' })} />
          )}
          {check !== null && (
            <>
              <p role="status" className="impact-counts">
                {check.usable
                  ? t('people_usable', { n: number(lang, check.items), share: number(lang, 100 * (check.known_share ?? 0), 1), people: number(lang, check.people ?? 0) })
                  : t('people_unusable', { reason: check.errors.length > 0 ? t('network_faults', { n: number(lang, check.errors.length) }) : (check.why_not ?? '') })}
              </p>
              <Problems title={t('network_errors')} items={check.errors} severity="error" />
              <Problems title={t('network_warnings')} items={check.warnings} severity="warning" />
              {check.usable && step.phase === 'seen' && (
                <Button className="main-button" onPress={() => setStep({ phase: 'asked', check })}>
                  {t('people_publish')}
                </Button>
              )}
              {step.phase === 'asked' && file !== null && <Question effect={t('people_publish_effect')} yes={t('people_publish')} busy={false} onYes={() => void publish(file)} onNo={() => setStep({ phase: 'seen', check })} />}
            </>
          )}
          {step.phase === 'done' && <Said good>{t('people_published', { source: step.source })}</Said>}
          {step.phase === 'failed' && <Said good={false}>{t('network_failed', { reason: problemWords(t, lang, step.problem) })}</Said>}
        </fieldset>
      )}
    </section>
  )
}
