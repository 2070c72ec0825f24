/** Taking a whole import back: what it added is withdrawn, what it replaced is published as it was, and both are read back. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import { getZones } from '../../api/client'
import type { Problem, Zone } from '../../api/types'
import { replaceZone, withdrawZone } from '../../api/zones'
import { useLook } from '../../app/look'
import { number } from '../../i18n/format'
import { problemWords } from '../../ui/problem'
import { asBody } from './UndoBox'

/** What an import left in force: each zone's version, and what stood there before (null: nothing). */
export type Imported = ReadonlyMap<string, { readonly version: number | null; readonly before: Zone | null }>

export function ImportUndo({ imported, onUndone }: { readonly imported: Imported; readonly onUndone: () => void }) {
  const { t, lang } = useLook()
  const [phase, setPhase] = useState<'idle' | 'asked' | 'busy' | 'done'>('idle')
  const [problem, setProblem] = useState<Problem | null>(null)
  const items = [...imported]
  const replaced = items.filter(([, { before }]) => before !== null).length

  const undo = async () => {
    setPhase('busy')
    let failure: Problem | null = null
    for (const [id, { version, before }] of items) {
      // A zone that somebody changed meanwhile keeps that change: the version is not the import's any more.
      const answer = before === null ? await withdrawZone(id, version) : await replaceZone(id, asBody(before), version)
      if (!answer.ok) failure ??= answer.problem
    }
    const read = await getZones()
    if (read.ok) {
      const inForce = new Set(read.value.map(({ properties }) => properties.zone_id))
      if (items.some(([id, { before }]) => inForce.has(id) !== (before !== null))) failure ??= { code: 'contradicted' }
    } else failure ??= read.problem
    setProblem(failure)
    setPhase(failure === null ? 'done' : 'idle')
    onUndone()
  }
  if (phase === 'done')
    return (
      <p role="status" className="approvals-verified">
        {t('publish_undone')}
      </p>
    )
  return (
    <>
      {problem !== null && (
        <p className="decide-problem" role="alert">
          {t('publish_failed', { reason: problemWords(t, lang, problem) })}
        </p>
      )}
      {phase === 'idle' ? (
        <Button className="quiet-button" onPress={() => setPhase('asked')}>
          {t('import_undo')}
        </Button>
      ) : (
        <div className="zone-question" data-escape-cancels="true" onKeyDown={(event) => event.key === 'Escape' && phase === 'asked' && setPhase('idle')}>
          <p>{t('import_undo_effect', { added: number(lang, items.length - replaced), replaced: number(lang, replaced) })}</p>
          <div className="decide-buttons">
            <Button className="main-button main-danger" autoFocus isDisabled={phase === 'busy'} onPress={() => void undo()}>
              {t(phase === 'busy' ? 'publish_busy' : 'publish_undo_confirm')}
            </Button>
            <Button className="quiet-button" isDisabled={phase === 'busy'} onPress={() => setPhase('idle')}>
              {t('decide_back')}
            </Button>
          </div>
        </div>
      )}
    </>
  )
}
