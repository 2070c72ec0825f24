/** A forecast from a file: looked at first, with everything wrong in it by line, then put in force and read back. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Problem } from '../../api/types'
import { checkForecast, getWeather, putForecast, withdrawForecast, type ForecastReport } from '../../api/weather'
import { useLook } from '../../app/look'
import { FileField } from '../../fields/FileField'
import { localDetail, number } from '../../i18n/format'
import { Ask } from '../../ui/Ask'
import { problemWords } from '../../ui/problem'

type Step =
  | { readonly phase: 'choosing' }
  | { readonly phase: 'busy' }
  | { readonly phase: 'seen'; readonly report: ForecastReport }
  | { readonly phase: 'done'; readonly source: string }
  | { readonly phase: 'failed'; readonly problem: Problem }

export function ForecastBox({ forecastId, onChanged }: { readonly forecastId: string | null; readonly onChanged: () => void }) {
  const { t, lang } = useLook()
  const [file, setFile] = useState<File | null>(null)
  const [step, setStep] = useState<Step>({ phase: 'choosing' })
  const look = async (chosen: File) => {
    setStep({ phase: 'busy' })
    const answer = await checkForecast(chosen)
    setStep(answer.ok ? { phase: 'seen', report: answer.value } : { phase: 'failed', problem: answer.problem })
  }
  const publish = async (chosen: File) => {
    setStep({ phase: 'busy' })
    const answer = await putForecast(chosen)
    if (!answer.ok) return setStep({ phase: 'failed', problem: answer.problem })
    const read = await getWeather()
    if (!read.ok) return setStep({ phase: 'failed', problem: read.problem })
    const verified = read.value.forecast_id === answer.value.forecast_id
    setStep(verified ? { phase: 'done', source: read.value.source } : { phase: 'failed', problem: { code: 'conflict' } })
    onChanged()
  }
  const withdraw = async (id: string) => {
    const answer = await withdrawForecast(id)
    setStep(answer.ok ? { phase: 'choosing' } : { phase: 'failed', problem: answer.problem })
    onChanged()
  }
  const report = step.phase === 'seen' ? step.report : null
  return (
    <section className="weather-import" aria-label={t('weather_import')}>
      <h2>{t('weather_import')}</h2>
      <FileField
        label={t('weather_file')}
        kinds={['.csv', '.json', '.grib', '.grib2', '.grb', '.grb2']}
        onChoose={(chosen) => {
          setFile(chosen)
          setStep({ phase: 'choosing' })
        }}
      />
      <div className="weather-buttons">
        <Button className="quiet-button" isDisabled={file === null || step.phase === 'busy'} onPress={() => file !== null && void look(file)}>
          {t('weather_look')}
        </Button>
        <Button className="main-button" isDisabled={file === null || report?.usable !== true} onPress={() => file !== null && void publish(file)}>
          {t('weather_publish')}
        </Button>
        {forecastId !== null && (
          <Ask label={t('weather_withdraw')} effect={t('weather_withdraw_effect')} busy={step.phase === 'busy'} onDo={() => void withdraw(forecastId)} />
        )}
      </div>
      <div role="status">
        {report !== null && (
          <p>
            {report.usable
              ? t('weather_usable', { n: number(lang, report.samples), share: number(lang, 100 * (report.cells_covered ?? 0)) })
              : t('weather_unusable', { reason: report.errors.length > 0 ? t('weather_faults') : (report.why_not ?? '') })}
          </p>
        )}
        {step.phase === 'done' && <p>{t('weather_published', { source: step.source })}</p>}
        {step.phase === 'failed' && <p className="weather-failure">{problemWords(t, lang, step.problem)}</p>}
      </div>
      {report !== null && [...report.errors, ...report.warnings].length > 0 && (
        <ul className="weather-problems">
          {[...report.errors, ...report.warnings].slice(0, 50).map((item, at) => (
            <li key={at}>
              <code>{item.field}</code> {item.line !== null && t('weather_line', { line: item.line })}: {localDetail(lang, item)}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
