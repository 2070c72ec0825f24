/** The board: one's own position, what is offered, the load of each position, and what nobody watches. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Answer } from '../../api/client'
import { answerTransfer, assignSectors, signOff, signOn, type OwnedFlight, type Position, type PositionLoad, type SectorBoard, type SectorLayout } from '../../api/sectors'
import type { Role } from '../../api/types'
import { useConsole } from '../../app/consoleContext'
import { useLook } from '../../app/look'
import { Field } from '../../fields/Field'
import { listed, localName, number } from '../../i18n/format'
import { Icon } from '../../ui/icons'
import { secondsTo } from './transferTime'

interface Props {
  readonly board: SectorBoard
  readonly positions: readonly Position[]
  readonly layout: SectorLayout | null
  readonly role: Role
  readonly busy: boolean
  readonly nameOf: (positionId: string) => string
  readonly act: (work: () => Promise<Answer<unknown>>) => Promise<boolean>
}

export function BoardBox({ board, positions, layout, role, busy, nameOf, act }: Props) {
  const { t, lang } = useLook()
  const { now_ms } = useConsole()
  const mine = board.position_id
  return (
    <>
      {!board.in_use && <p className="quiet sectors-pad">{t('sectors_off')}</p>}
      {role === 'dispatcher' && positions.length > 0 && <MyPosition mine={mine} positions={positions} busy={busy} act={act} />}
      {board.in_use && (
        <section className="sectors-pad" aria-label={t('sectors_transfers')}>
          <h2>{t('sectors_transfers')}</h2>
          {board.transfers.length === 0 && <p className="quiet">{t('sectors_transfers_none')}</p>}
          <ul className="sectors-list">
            {board.transfers.map((item) => {
              const [to, from] = [item.to_position_id === mine || board.supervises, item.from_position_id === mine || board.supervises]
              return (
                <li key={item.transfer_id} className={item.to_position_id === mine ? 'sectors-asked' : undefined}>
                  <p>
                    <strong>{t('sectors_transfer_way', { from: nameOf(item.from_position_id), to: nameOf(item.to_position_id) })}</strong>{' '}
                    <span className="mono shortened" title={item.subject_id}>
                      {registrationOf(board, item.subject_id)}
                    </span>{' '}
                    <span className="quiet">{t('sectors_transfer_left', { n: number(lang, secondsTo(item.expires_at, now_ms)) })}</span>
                  </p>
                  {item.note !== '' && <p className="quiet">{item.note}</p>}
                  {role === 'dispatcher' && (
                    <div className="decide-buttons">
                      {to && (
                        <Button className="main-button" isDisabled={busy} onPress={() => void act(() => answerTransfer(item.transfer_id, 'accept'))}>
                          {t('sectors_accept')}
                        </Button>
                      )}
                      {to && (
                        <Button className="quiet-button" isDisabled={busy} onPress={() => void act(() => answerTransfer(item.transfer_id, 'decline'))}>
                          {t('sectors_decline')}
                        </Button>
                      )}
                      {from && (
                        <Button className="quiet-button" isDisabled={busy} onPress={() => void act(() => answerTransfer(item.transfer_id, 'withdraw'))}>
                          {t('sectors_withdraw')}
                        </Button>
                      )}
                    </div>
                  )}
                </li>
              )
            })}
          </ul>
        </section>
      )}
      <section className="sectors-pad" aria-label={t('sectors_load')}>
        <h2>{t('sectors_load')}</h2>
        <ul className="sectors-list">
          {board.positions.map((item) => (
            <Load key={item.position_id} item={item} mine={item.position_id === mine} board={board} layout={layout} busy={busy} nameOf={nameOf} act={act} />
          ))}
        </ul>
      </section>
      {board.in_use && (
        <section className="sectors-pad" aria-label={t('sectors_unwatched')}>
          <h2>
            {t('sectors_unwatched')} <span className="count">{number(lang, board.unwatched.flights)}</span>
          </h2>
          {board.unwatched.flights === 0 ? <p className="quiet">{t('sectors_unwatched_none')}</p> : <Flights items={board.unwatched.items} nameOf={nameOf} />}
          {board.outside_sectors > 0 && <p className="quiet">{t('sectors_outside', { n: number(lang, board.outside_sectors) })}</p>}
        </section>
      )}
      {board.held.length > 0 && (
        <section className="sectors-pad" aria-label={t('sectors_held')}>
          <h2>{t('sectors_held')}</h2>
          <Flights items={board.held} nameOf={nameOf} />
        </section>
      )}
    </>
  )
}

const registrationOf = (board: SectorBoard, ref: string): string =>
  [...board.held, ...board.unwatched.items].find((item) => item.aircraft_id === ref || item.track_id === ref)?.registration ?? ref

function MyPosition({ mine, positions, busy, act }: Pick<Props, 'positions' | 'busy' | 'act'> & { readonly mine: string | null }) {
  const { t, lang } = useLook()
  const [chosen, setChosen] = useState('')
  const at = positions.find((item) => item.position_id === mine)
  const wanted = positions.some((item) => item.position_id === chosen) ? chosen : (positions[0]?.position_id ?? '')
  return (
    <section className="sectors-pad" aria-label={t('sectors_my_position')}>
      <h2>
        {t('sectors_my_position')} <span className="chip">{at === undefined ? t('sectors_at_none') : localName(lang, at)}</span>
      </h2>
      <div className="sectors-row">
        <Field label={t('sectors_position')}>
          {(id) => (
            <select id={id} value={wanted} onChange={(event) => setChosen(event.target.value)}>
              {positions.map((item) => (
                <option key={item.position_id} value={item.position_id}>
                  {localName(lang, item)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Button className="main-button" isDisabled={busy || wanted === mine} onPress={() => void act(() => signOn(wanted))}>
          {t('sectors_sign_on')}
        </Button>
        {mine !== null && (
          <Button className="quiet-button" isDisabled={busy} onPress={() => void act(signOff)}>
            {t('sectors_sign_off')}
          </Button>
        )}
      </div>
    </section>
  )
}

type LoadProps = Pick<Props, 'board' | 'layout' | 'busy' | 'nameOf' | 'act'> & { readonly item: PositionLoad; readonly mine: boolean }

function Load({ item, mine, board, layout, busy, nameOf, act }: LoadProps) {
  const { t, lang } = useLook()
  const [asking, setAsking] = useState(false)
  const others = board.positions.filter(({ position_id }) => position_id !== item.position_id)
  const [chosen, setChosen] = useState('')
  const to = others.some(({ position_id }) => position_id === chosen) ? chosen : (others[0]?.position_id ?? '')
  const name = localName(lang, item)
  const n = number(lang, item.sector_ids.length)
  const watched = item.people.length > 0
  const combine = () =>
    act(() => assignSectors(Object.fromEntries(item.sector_ids.map((ref) => [ref, to])), t('sectors_combine_effect', { from: name, to: nameOf(to), n }).slice(0, 500))).then((done) => done && setAsking(false))
  return (
    <li className={board.in_use && !watched && item.flights > 0 ? 'sectors-empty' : undefined}>
      <p>
        <strong>{mine ? t('sectors_you', { name }) : name}</strong> {item.supervises && <span className="chip">{t('sectors_supervises')}</span>}{' '}
        <span className="quiet">{watched ? listed(lang, item.people.map((each) => each.name)) : board.in_use ? t('sectors_people_none') : ''}</span>
      </p>
      <p>
        {t('sectors_flights', { n: number(lang, item.flights) })} · {t('sectors_alerts', { n: number(lang, item.alerts), waiting: number(lang, item.alerts_waiting) })}
        {board.in_use && <> · {t('sectors_count', { n })}</>}
      </p>
      {board.supervises && layout?.in_use === true && item.sector_ids.length > 0 && others.length > 0 && !asking && (
        <Button className="quiet-button" onPress={() => setAsking(true)}>
          {t('sectors_give_all')}
        </Button>
      )}
      {asking && (
        <div className="sectors-question" data-escape-cancels="true" onKeyDown={(event) => event.key === 'Escape' && setAsking(false)}>
          <Field label={t('sectors_give_all')}>
            {(id) => (
              <select id={id} value={to} onChange={(event) => setChosen(event.target.value)}>
                {others.map((each) => (
                  <option key={each.position_id} value={each.position_id}>
                    {localName(lang, each)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <p>{t('sectors_combine_effect', { from: name, to: nameOf(to), n })}</p>
          <div className="decide-buttons">
            <Button className="main-button" isDisabled={busy} onPress={() => void combine()}>
              {t('sectors_combine')}
            </Button>
            <Button className="quiet-button" onPress={() => setAsking(false)}>
              {t('decide_back')}
            </Button>
          </div>
        </div>
      )}
    </li>
  )
}

function Flights({ items, nameOf }: { readonly items: readonly OwnedFlight[]; readonly nameOf: (positionId: string) => string }) {
  const { t } = useLook()
  const { go } = useConsole()
  return (
    <ul className="sectors-list">
      {items.map((item) => (
        <li key={item.track_id}>
          <Button className="link-button" onPress={() => go('live', { track: item.track_id, centre: '1' })}>
            <Icon name="centre" /> {item.registration ?? item.track_id}
          </Button>{' '}
          <span className="quiet">
            {nameOf(item.position_id)} · {t(`sectors_why_${item.why}`)}
          </span>
        </li>
      ))}
    </ul>
  )
}
