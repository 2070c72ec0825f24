/** The checklist that shows by itself while the centre cannot see or cannot serve. */

import './degraded.css'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { checklistSteps, type ChecklistKind } from '../api/checklists'
import { useConsole } from '../app/consoleContext'
import { useLook } from '../app/look'
import { number } from '../i18n/format'
import { problemWords } from '../ui/problem'
import { Icon } from '../ui/icons'
import { ChecklistSteps } from './ChecklistSteps'

export function DegradedBox() {
  const { checklists, screen } = useConsole()
  if (screen === 'checklists' || screen === 'wall') return null
  return checklists.shown.map((kind) => <Notice key={kind} kind={kind} />)
}

function Notice({ kind }: { readonly kind: ChecklistKind }) {
  const { t, lang } = useLook()
  const { checklists, session, go } = useConsole()
  const [open, setOpen] = useState(false)
  const steps = checklistSteps[kind]
  const list = checklists.open.get(kind)
  const done = steps.filter((step) => list?.steps.some((item) => item.step === step && item.at !== null) === true || checklists.waiting.some((item) => item.kind === kind && item.step === step)).length
  return (
    <section className="degraded" aria-label={t(`degraded_title_${kind}`)}>
      <div className="degraded-head">
        <Icon name="fault" />
        <strong role="alert">{t(`degraded_title_${kind}`)}</strong>
        <span className="quiet">{t('degraded_count', { done: number(lang, done), n: number(lang, steps.length) })}</span>
        <Button className="quiet-button" aria-expanded={open} onPress={() => setOpen((before) => !before)}>
          {t(open ? 'degraded_hide' : 'degraded_show')}
        </Button>
        <Button className="quiet-button" onPress={() => go('checklists')}>
          {t('screen_checklists')}
        </Button>
      </div>
      {open && <p className="quiet">{t(`degraded_when_${kind}`)}</p>}
      {checklists.problem !== null && (
        <p className="decide-problem" role="alert">
          {t('degraded_refused', { reason: problemWords(t, lang, checklists.problem) })}
        </p>
      )}
      <ChecklistSteps kind={kind} checklists={checklists} ticks={session.user.role === 'dispatcher'} next={!open} />
    </section>
  )
}
