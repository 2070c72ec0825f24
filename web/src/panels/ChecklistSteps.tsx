/** The steps of a checklist, each with who ticked it and when. */

import { checklistSteps, type ChecklistKind } from '../api/checklists'
import type { Checklists } from '../app/useChecklists'
import { useLook } from '../app/look'
import { beijingTime, instant } from '../i18n/format'
import { keyFor } from '../i18n/translate'

interface Props {
  readonly kind: ChecklistKind
  readonly checklists: Checklists
  readonly ticks: boolean
  /** Only the first step that is not done. */
  readonly next?: boolean
}

export function ChecklistSteps({ kind, checklists, ticks, next = false }: Props) {
  const { t } = useLook()
  const list = checklists.open.get(kind)
  const isDone = (step: string) => list?.steps.some((item) => item.step === step && item.at !== null) === true || checklists.waiting.some((item) => item.kind === kind && item.step === step)
  const steps = next ? checklistSteps[kind].filter((step) => !isDone(step)).slice(0, 1) : checklistSteps[kind]
  return (
    <ol className="checklist-steps">
      {steps.map((step) => {
        const known = list?.steps.find((item) => item.step === step)
        const at = instant(known?.at)
        const waits = checklists.waiting.find((item) => item.kind === kind && item.step === step)
        const words = keyFor(`step_${kind}_`, step)
        const done = at !== null || waits !== undefined
        return (
          <li key={step} data-done={done}>
            <label>
              <input type="checkbox" checked={done} disabled={!ticks} onChange={(event) => void checklists.tick(kind, step, event.target.checked)} />
              <span>{words === null ? step : t(words)}</span>
            </label>
            {at !== null && <span className="quiet">{t('degraded_ticked', { name: known?.name ?? '', time: beijingTime(at) })}</span>}
            {at === null && waits !== undefined && <span className="checklist-waits">{t('degraded_waits', { time: beijingTime(new Date(waits.at)) })}</span>}
          </li>
        )
      })}
    </ol>
  )
}
