/** What the tabs share: a problem in words, a question before something cannot be undone, a secret shown once. */

import { useCallback, useState, type ReactNode } from 'react'
import { Button } from 'react-aria-components'
import type { Answer } from '../../api/client'
import type { Problem } from '../../api/types'
import { useLook } from '../../app/look'
import { problemWords } from '../../ui/problem'

export function Trouble({ problem, done }: { readonly problem: Problem | null; readonly done?: boolean }) {
  const { t, lang } = useLook()
  if (problem === null) return null
  return (
    <p className="aged" role="alert">
      {t(done === true ? 'admin_refused' : 'admin_failed', { reason: problemWords(t, lang, problem) })}
    </p>
  )
}

export interface Acting {
  readonly busy: boolean
  readonly refused: Problem | null
  /** Grows with each thing done: what was read is read again. */
  readonly round: number
  readonly act: <T>(work: () => Promise<Answer<T>>) => Promise<T | null>
}

export function useActing(): Acting {
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<Problem | null>(null)
  const [round, setRound] = useState(0)
  const act = useCallback(async <T,>(work: () => Promise<Answer<T>>): Promise<T | null> => {
    setBusy(true)
    const answer = await work()
    setBusy(false)
    setRefused(answer.ok ? null : answer.problem)
    setRound((before) => before + 1)
    // An answer without content is done as well.
    return answer.ok ? (answer.value ?? ({} as T)) : null
  }, [])
  return { busy, refused, round, act }
}

export { Ask } from '../../ui/Ask'

export function Secret({ text, onDone }: { readonly text: string; readonly onDone: () => void }) {
  const { t } = useLook()
  return (
    <p className="admin-secret" role="status">
      {t('admin_secret')}: <code>{text}</code>{' '}
      <Button className="quiet-button" onPress={onDone}>
        {t('admin_secret_done')}
      </Button>
    </p>
  )
}

export function Table({ label, heads, children }: { readonly label: string; readonly heads: readonly string[]; readonly children: ReactNode }) {
  return (
    <table className="fleet-table" aria-label={label}>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  )
}
