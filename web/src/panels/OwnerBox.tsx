/** Which position owns the selected flight, and giving it to another. */

import '../screens/sectors/sectors.css'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { answerTransfer, getOwner, offerTransfer, type Transfer } from '../api/sectors'
import type { Problem } from '../api/types'
import type { Answer } from '../api/client'
import { useConsole } from '../app/consoleContext'
import { useLook } from '../app/look'
import type { Sectors } from '../app/useSectors'
import { Field } from '../fields/Field'
import { localName, number } from '../i18n/format'
import { secondsTo } from '../screens/sectors/transferTime'
import { problemWords } from '../ui/problem'
import { Section } from './Drawer'
import { useAsked } from './flight/useFlightStory'

interface Props {
  readonly trackId: string
  readonly aircraftId: string | null
}

const EVERY_MS = 10_000

export function OwnerBox({ trackId, aircraftId }: Props) {
  const { t, lang } = useLook()
  const { sectors, session, now_ms } = useConsole()
  const works = session.user.role === 'dispatcher'
  const { board } = sectors
  const [round, setRound] = useState(0)
  const [chosen, setChosen] = useState('')
  const [problem, setProblem] = useState<Problem | null>(null)
  const subject = aircraftId === null ? { track_id: trackId } : { aircraft_id: aircraftId }
  const told = useAsked(board?.in_use === true ? `${trackId} ${aircraftId} ${round} ${sectors.news}` : null, () => getOwner(subject), EVERY_MS)
  const [kept, setKept] = useState(told.value)
  if (told.value !== null && told.value !== kept) setKept(told.value)
  const owner = kept !== null && kept.track_id === trackId ? kept : null
  if (board === null || !board.in_use || owner === null) return null
  const name = (ref: string) => {
    const found = sectors.position(ref)
    return found === null ? ref : localName(lang, found)
  }
  const mine = owner.position_id === board.position_id
  const others = board.positions.filter(({ position_id }) => position_id !== owner.position_id)
  const to = others.some(({ position_id }) => position_id === chosen) ? chosen : (others[0]?.position_id ?? '')
  const act = async (work: () => Promise<Answer<unknown>>) => {
    const answer = await work()
    setProblem(answer.ok ? null : answer.problem)
    setRound((before) => before + 1)
    sectors.reload()
  }
  const waits = owner.transfer
  return (
    <Section title={t('sectors_owner')}>
      <div className="owner-box">
        <p>
          <span className="chip" data-mine={mine}>
            {mine ? t('sectors_you', { name: name(owner.position_id) }) : name(owner.position_id)}
          </span>{' '}
          <span className="quiet">{t(`sectors_why_${owner.why}`)}</span>
        </p>
        {waits !== null && <Waiting transfer={waits} board={board} works={works} now_ms={now_ms} name={name} act={act} />}
        {works && waits === null && (mine || board.supervises) && others.length > 0 && (
          <>
            <Field label={t('sectors_transfer_to')}>
              {(id) => (
                <select id={id} value={to} onChange={(event) => setChosen(event.target.value)}>
                  {others.map((item) => (
                    <option key={item.position_id} value={item.position_id}>
                      {localName(lang, item)}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <Button className="quiet-button" onPress={() => void act(() => offerTransfer(subject, to))}>
              {t('sectors_transfer')}
            </Button>
          </>
        )}
        {problem !== null && (
          <p className="decide-problem" role="alert">
            {t('sectors_refused', { reason: problemWords(t, lang, problem) })}
          </p>
        )}
      </div>
    </Section>
  )
}

interface WaitingProps {
  readonly transfer: Transfer
  readonly board: NonNullable<Sectors['board']>
  readonly works: boolean
  readonly now_ms: number
  readonly name: (positionId: string) => string
  readonly act: (work: () => Promise<Answer<unknown>>) => Promise<void>
}

function Waiting({ transfer, board, works, now_ms, name, act }: WaitingProps) {
  const { t, lang } = useLook()
  const [to, from] = [transfer.to_position_id === board.position_id || board.supervises, transfer.from_position_id === board.position_id || board.supervises]
  return (
    <>
      <p role="status">
        {t('sectors_offered', { to: name(transfer.to_position_id) })} · {t('sectors_transfer_left', { n: number(lang, secondsTo(transfer.expires_at, now_ms)) })}
      </p>
      {works && to && (
        <Button className="main-button" onPress={() => void act(() => answerTransfer(transfer.transfer_id, 'accept'))}>
          {t('sectors_accept')}
        </Button>
      )}
      {works && to && (
        <Button className="quiet-button" onPress={() => void act(() => answerTransfer(transfer.transfer_id, 'decline'))}>
          {t('sectors_decline')}
        </Button>
      )}
      {works && from && (
        <Button className="quiet-button" onPress={() => void act(() => answerTransfer(transfer.transfer_id, 'withdraw'))}>
          {t('sectors_withdraw')}
        </Button>
      )}
    </>
  )
}
