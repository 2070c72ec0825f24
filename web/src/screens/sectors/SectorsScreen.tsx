/** Sectors: who watches what now, how the city is divided, and the positions; the division drawn on the map. */

import './sectors.css'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import type { Answer } from '../../api/client'
import { getLayout, getPositions, type SectorShape } from '../../api/sectors'
import type { Problem } from '../../api/types'
import { useConsole } from '../../app/consoleContext'
import { useLook } from '../../app/look'
import { useParam } from '../../app/useParam'
import { useScene } from '../../app/useScene'
import { localName } from '../../i18n/format'
import { useAsked } from '../../panels/flight/useFlightStory'
import { problemWords } from '../../ui/problem'
import { BoardBox } from './BoardBox'
import { DivisionBox } from './DivisionBox'
import { PositionsBox } from './PositionsBox'
import { featuresOf } from './sectorShapes'

const tabs = ['board', 'division', 'positions'] as const
type Tab = (typeof tabs)[number]

const insets = { left: 448, right: 0 }

export default function SectorsScreen() {
  const { t, lang } = useLook()
  const { session, sectors } = useConsole()
  const [tabName, setTab] = useParam('tab', 'board')
  const tab: Tab = tabs.find((item) => item === tabName) ?? 'board'
  const [round, setRound] = useState(0)
  const [refused, setRefused] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  const [editing, setEditing] = useState(false)
  const version = sectors.board?.version ?? 0
  const layout = useAsked(`layout ${version} ${round}`, getLayout, null)
  const positions = useAsked(`positions ${round}`, getPositions, 10_000)
  const map = useScene({ insets })
  const { reload } = sectors

  const act = useCallback(
    async (work: () => Promise<Answer<unknown>>): Promise<boolean> => {
      setBusy(true)
      const answer = await work()
      setBusy(false)
      setRefused(answer.ok ? null : answer.problem)
      setRound((before) => before + 1)
      reload()
      return answer.ok
    },
    [reload],
  )

  const [kept, setKept] = useState(layout.value)
  if (layout.value !== null && layout.value !== kept) setKept(layout.value)
  const [people, setPeople] = useState(positions.value)
  if (positions.value !== null && positions.value !== people) setPeople(positions.value)
  const all = useMemo(() => people?.items ?? [], [people])
  const nameOf = useCallback(
    (ref: string) => {
      const found = all.find((item) => item.position_id === ref) ?? sectors.position(ref)
      return found == null ? ref : localName(lang, found)
    },
    [all, sectors, lang],
  )

  // While nothing is edited the division that holds is shown; the editor shows its own.
  const shown: readonly SectorShape[] = useMemo(() => (kept?.in_use === true ? kept.sectors : []), [kept])
  useEffect(() => {
    if (map === null || editing) return
    let dropped = false
    map.whenReady(() => {
      if (dropped) return
      map.startDraft({ onShape: () => {}, onFinish: () => {} })?.show(null, { drawing: false, editable: false, bad: false, others: featuresOf(shown, t, lang, nameOf) })
    })
    return () => {
      dropped = true
      map.endDraft()
    }
  }, [map, editing, shown, t, lang, nameOf])

  const supervises = sectors.board?.supervises ?? false
  return (
    <section className="side sectors" aria-label={t('screen_sectors')}>
      <div className="side-head">
        <h1>{t('screen_sectors')}</h1>
        <ToggleButtonGroup
          aria-label={t('sectors_views')}
          className="chips"
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[tab]}
          onSelectionChange={(keys) => setTab(tabs.find((item) => keys.has(item)) ?? 'board')}
        >
          {tabs.map((item) => (
            <ToggleButton key={item} id={item} className="quiet-button chip-button">
              {t(`sectors_tab_${item}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      </div>
      <div className="side-body">
        {sectors.problem !== null && (
          <p className="aged" role="alert">
            {t('sectors_failed', { reason: problemWords(t, lang, sectors.problem) })}
          </p>
        )}
        {refused !== null && (
          <p className="aged" role="alert">
            {t('sectors_refused', { reason: problemWords(t, lang, refused) })}
          </p>
        )}
        {tab === 'board' && sectors.board !== null && (
          <BoardBox board={sectors.board} positions={all} role={session.user.role} layout={kept} busy={busy} nameOf={nameOf} act={act} />
        )}
        {tab === 'division' && kept !== null && (
          <DivisionBox key={kept.version} layout={kept} positions={all} supervises={supervises} busy={busy} map={map} nameOf={nameOf} act={act} onEditing={setEditing} />
        )}
        {tab === 'positions' && <PositionsBox positions={all} supervises={supervises} busy={busy} act={act} />}
      </div>
    </section>
  )
}
