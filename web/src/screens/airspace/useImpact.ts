/** What publishing a draft would do, asked for a moment after the last change. */

import { useEffect, useState } from 'react'
import { previewTemporary, zoneImpact, type PreviewItem } from '../../api/zones'
import type { Problem } from '../../api/types'
import { faultsOf, featureOf, temporaryOf, type ZoneDraft } from '../../draw/zoneDraft'

const SETTLE_MS = 500

export type Impact =
  | { readonly phase: 'first' | 'reading' }
  | { readonly phase: 'known'; readonly airborne: number; readonly filed: number; readonly items: readonly PreviewItem[] }
  | { readonly phase: 'failed'; readonly problem: Problem }

export function useImpact(draft: ZoneDraft | null, now_ms: number): Impact {
  const [impact, setImpact] = useState<Impact>({ phase: 'first' })
  const whole = draft !== null && faultsOf(draft, now_ms).length === 0
  useEffect(() => {
    if (draft === null || !whole) {
      setImpact({ phase: 'first' })
      return
    }
    let current = true
    setImpact({ phase: 'reading' })
    const ask = async (): Promise<Impact> => {
      if (draft.temporary) {
        const body = temporaryOf(draft)
        if (body === null) return { phase: 'first' }
        const answer = await previewTemporary(body)
        return answer.ok ? { phase: 'known', ...answer.value } : { phase: 'failed', problem: answer.problem }
      }
      const feature = featureOf(draft)
      if (feature === null) return { phase: 'first' }
      const answer = await zoneImpact(feature)
      if (!answer.ok) return { phase: 'failed', problem: answer.problem }
      const { airborne, filed } = answer.value
      const items = [...airborne.map((item) => ({ ...item, flight: 'airborne' as const })), ...filed.map((item) => ({ ...item, flight: 'filed' as const }))]
      return { phase: 'known', airborne: airborne.length, filed: filed.length, items }
    }
    const timer = setTimeout(() => void ask().then((found) => current && setImpact(found)), SETTLE_MS)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [draft, whole])
  return impact
}
