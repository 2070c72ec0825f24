/** How many pads of a site are free in the next two hours, as a strip of times. */

import { useEffect, useState } from 'react'
import { request } from '../api/client'
import type { Problem } from '../api/types'
import { useLook } from '../app/look'
import { beijingTime, number } from '../i18n/format'
import { problemWords } from '../ui/problem'
import { Section } from './Drawer'

interface Stretch {
  readonly starts_at: string
  readonly ends_at: string
  readonly pads_free: number
}

interface Slots {
  readonly open: boolean
  readonly pads: number
  readonly items: readonly Stretch[]
}

const EVERY_MS = 20_000
const MOST = 12

export function SiteSlots({ siteId }: { readonly siteId: string }) {
  const { t, lang } = useLook()
  const [slots, setSlots] = useState<Slots | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  useEffect(() => {
    let current = true
    const load = async () => {
      const answer = await request<Slots>('GET', `/v1/sites/${encodeURIComponent(siteId)}/slots`)
      if (!current) return
      if (answer.ok) setSlots(answer.value)
      setProblem(answer.ok ? null : answer.problem)
    }
    void load()
    const timer = setInterval(() => void load(), EVERY_MS)
    return () => {
      current = false
      clearInterval(timer)
    }
  }, [siteId])
  return (
    <Section title={t('site_slots')}>
      {problem !== null && <p className="quiet">{t('site_slots_failed', { reason: problemWords(t, lang, problem) })}</p>}
      {slots === null && problem === null && <p className="quiet">{t('value_waiting')}</p>}
      {slots !== null && !slots.open && <p>{t('site_closed')}</p>}
      {slots !== null && (
        <ul className="slots">
          {slots.items.slice(0, MOST).map((item) => (
            <li key={item.starts_at} data-full={item.pads_free === 0}>
              <span>
                {beijingTime(new Date(item.starts_at)).slice(0, 5)}–{beijingTime(new Date(item.ends_at)).slice(0, 5)}
              </span>
              <span className="slot-pads" aria-hidden="true">
                {Array.from({ length: Math.min(10, slots.pads) }, (_, pad) => (
                  <i key={pad} data-free={pad < item.pads_free} />
                ))}
              </span>
              <span>{item.pads_free === 0 ? t('site_slots_full') : t('site_slots_free', { free: number(lang, item.pads_free), pads: number(lang, slots.pads) })}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}
