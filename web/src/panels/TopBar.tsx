/** The bar above the map: who we are, how many fly in which state, how fresh the picture is, what time it is. */

import { useState, type ReactNode, type Ref } from 'react'
import { createPortal } from 'react-dom'
import { Button, Menu, MenuItem, MenuTrigger, Popover, Separator, Text, Tooltip, TooltipTrigger } from 'react-aria-components'
import { AccountDialog } from '../account/AccountDialog'
import type { SessionUser } from '../api/types'
import { useConsole } from '../app/consoleContext'
import { useLook } from '../app/look'
import { city } from '../city/shenzhen'
import { beijingDay, beijingTime, localName, number, utcDayTime } from '../i18n/format'
import { keyFor } from '../i18n/translate'
import { stateNames } from '../live/decode'
import type { FeedStats, LinkState } from '../live/protocol'
import { Brand } from '../ui/Brand'
import { GroundStopChip } from './GroundStopNotice'
import { Icon } from '../ui/icons'
import { StateMark } from '../ui/StateMark'

interface Props {
  readonly stats: FeedStats | null
  readonly now_ms: number
  readonly user: SessionUser
  /** Where the screen puts buttons of its own. */
  readonly slot: Ref<HTMLDivElement>
  readonly onSearch: () => void
  readonly onHelp: () => void
  readonly onLeave: () => void
}

/** What a screen puts into the bar. */
export function TopActions({ children }: { readonly children: ReactNode }) {
  const { slot } = useConsole()
  return slot === null ? null : createPortal(children, slot)
}

export function TopBar({ stats, now_ms, user, slot, onSearch, onHelp, onLeave }: Props) {
  const { t, lang, theme, toggleLang, toggleTheme } = useLook()
  return (
    <header className="top-bar">
      <Brand place={lang === 'zh-CN' ? city.zh : city.en} role={t('app_role')} />
      <Counters stats={stats} />
      <div className="top-right">
        <GroundStopChip />
        <div ref={slot} className="top-actions" />
        <FeedHealth stats={stats} />
        <TooltipTrigger delay={250}>
          <Button className="clock">
            <span className="clock-time">{beijingTime(now_ms)}</span>
            <span className="clock-zone">
              {beijingDay(now_ms)} <span>{t('clock_beijing')}</span>
            </span>
          </Button>
          <Tooltip className="tooltip">{t('clock_utc', { time: utcDayTime(now_ms) })}</Tooltip>
        </TooltipTrigger>
        <div className="top-buttons">
          <Button className="quiet-button language" aria-label={t('settings_language')} onPress={toggleLang}>
            {t('settings_language_short')}
          </Button>
          <IconButton name="search" label={t('search_open')} onPress={onSearch} />
          <IconButton name={theme === 'dark' ? 'sun' : 'moon'} label={t(theme === 'dark' ? 'theme_to_light' : 'theme_to_dark')} onPress={toggleTheme} />
          <IconButton name="keyboard" label={t('help_open')} onPress={onHelp} />
          <UserMenu user={user} onLeave={onLeave} />
        </div>
      </div>
    </header>
  )
}

function IconButton({ name, label, onPress }: { readonly name: Parameters<typeof Icon>[0]['name']; readonly label: string; readonly onPress: () => void }) {
  return (
    <TooltipTrigger delay={400}>
      <Button className="icon-button" aria-label={label} onPress={onPress}>
        <Icon name={name} />
      </Button>
      <Tooltip className="tooltip">{label}</Tooltip>
    </TooltipTrigger>
  )
}

function UserMenu({ user, onLeave }: { readonly user: SessionUser; readonly onLeave: () => void }) {
  const { t, lang } = useLook()
  const from = user.organisation ?? null
  const organisation = from === null || typeof from === 'string' ? from : localName(lang, from)
  const role = keyFor('role_', user.role)
  const [account, setAccount] = useState(false)
  return (
    <>
      <MenuTrigger>
        <Button className="icon-button" aria-label={t('user_menu', { name: user.name })}>
          <Icon name="user" />
        </Button>
        <Popover className="popover" placement="bottom end">
          <div className="user-card">
            <strong>{user.name}</strong>
            <Text>{role === null ? user.role : t(role)}</Text>
            {organisation !== null && <Text className="quiet">{organisation}</Text>}
          </div>
          <Separator className="separator" />
          <Menu className="menu" aria-label={t('user_menu', { name: user.name })} onAction={(key) => (key === 'account' ? setAccount(true) : onLeave())}>
            <MenuItem id="account" className="menu-item">
              {t('account_open')}
            </MenuItem>
            <MenuItem id="leave" className="menu-item">
              {t('sign_out')}
            </MenuItem>
          </Menu>
        </Popover>
      </MenuTrigger>
      <AccountDialog isOpen={account} onOpenChange={setAccount} onLeave={onLeave} />
    </>
  )
}

function Counters({ stats }: { readonly stats: FeedStats | null }) {
  const { t, lang } = useLook()
  const summary = stats?.summary
  return (
    <ul className="counters" aria-label={t('counters_label')}>
      {stateNames.map((state, code) => {
        const n = summary?.by_state[code] ?? 0
        return (
          <li key={state} className={`counter state-${state}`} data-empty={n === 0} title={t(`state_${state}`)}>
            <StateMark state={state} />
            <span className="counter-n">{summary === undefined ? '–' : number(lang, n)}</span>
            <span className="counter-name">{t(`state_${state}`)}</span>
          </li>
        )
      })}
    </ul>
  )
}

const linkKey: Record<LinkState, 'feed_live' | 'feed_quiet' | 'feed_connecting' | 'feed_lost'> = {
  live: 'feed_live',
  quiet: 'feed_quiet',
  connecting: 'feed_connecting',
  lost: 'feed_lost',
  signed_out: 'feed_lost',
}

function FeedHealth({ stats }: { readonly stats: FeedStats | null }) {
  const { t, lang } = useLook()
  const link = stats?.link ?? 'connecting'
  const state = t(linkKey[link])
  const age = stats?.feed_age_s
  const rate = number(lang, stats?.messages_per_s ?? 0)
  const ageText = age === null || age === undefined ? null : number(lang, age, age < 10 ? 1 : 0)
  return (
    <TooltipTrigger delay={250}>
      <Button className={`feed-health link-${link}`}>
        <span className="feed-dot" aria-hidden="true" />
        <span className="feed-state">{state}</span>
        <span className="feed-numbers">
          <span>{t('feed_rate', { n: rate })}</span>
          {ageText !== null && <span>{t('feed_age', { n: ageText })}</span>}
        </span>
      </Button>
      <Tooltip className="tooltip tooltip-wide">
        {t('feed_detail', {
          state,
          rate,
          age: ageText ?? t('value_unknown'),
          clock: number(lang, stats?.clock_ahead_ms ?? 0),
          reconnects: number(lang, stats?.reconnects ?? 0),
          bad: number(lang, stats?.bad_frames ?? 0),
        })}
      </Tooltip>
    </TooltipTrigger>
  )
}
