/** What a supervisor adds to act on a flight or alert of another position: a reason, which is kept in the audit trail. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Problem } from '../api/types'
import { useConsole } from '../app/consoleContext'
import { useLook } from '../app/look'
import { Field } from '../fields/Field'

const SHORTEST = 5

export const ownedByOther = (problem: Problem | null): boolean => problem?.code === 'owned_by_other_position'

interface Props {
  readonly problem: Problem | null
  readonly busy?: boolean
  readonly onSend: (reason: string) => void
}

/** Nothing unless the service refused because of the owner and this person supervises. */
export function SupervisorReason({ problem, busy = false, onSend }: Props) {
  const { t } = useLook()
  const { sectors } = useConsole()
  const [reason, setReason] = useState('')
  if (!ownedByOther(problem) || sectors.board?.supervises !== true) return null
  return (
    <div className="supervisor-reason">
      <Field label={t('sectors_override_reason')}>{(id) => <input id={id} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />}</Field>
      <Button className="quiet-button" isDisabled={busy || reason.trim().length < SHORTEST} onPress={() => onSend(reason.trim())}>
        {t('sectors_override')}
      </Button>
    </div>
  )
}
