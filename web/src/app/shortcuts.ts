/** The console's keyboard: one table, used by the handler and by the list that `?` shows. */

import { useEffect, useState } from 'react'
import type { Key } from '../i18n/catalogue'

export type Command =
  | 'next'
  | 'previous'
  | 'centre'
  | 'follow'
  | 'deselect'
  | 'home'
  | 'zoom_in'
  | 'zoom_out'
  | 'zones'
  | 'corridors'
  | 'sites'
  | 'labels'
  | 'trails'
  | 'plans'
  | 'contingencies'
  | 'filter'
  | 'next_alert'
  | 'acknowledge'
  | 'act'
  | 'quiet'
  | 'search'
  | 'theme'
  | 'language'
  | 'help'

/** Key as `KeyboardEvent.key` gives it, lower case. */
export const bindings: Readonly<Record<string, Command>> = {
  n: 'next',
  p: 'previous',
  c: 'centre',
  f: 'follow',
  escape: 'deselect',
  h: 'home',
  '+': 'zoom_in',
  '=': 'zoom_in',
  '-': 'zoom_out',
  '1': 'zones',
  '2': 'corridors',
  '3': 'sites',
  '4': 'labels',
  '5': 'trails',
  q: 'plans',
  e: 'contingencies',
  v: 'filter',
  a: 'next_alert',
  k: 'acknowledge',
  d: 'act',
  m: 'quiet',
  '/': 'search',
  t: 'theme',
  l: 'language',
  '?': 'help',
}

export const helpRows: readonly { readonly keys: readonly string[]; readonly text: Key }[] = [
  { keys: ['N'], text: 'help_next' },
  { keys: ['P'], text: 'help_previous' },
  { keys: ['C'], text: 'help_centre' },
  { keys: ['F'], text: 'help_follow' },
  { keys: ['A'], text: 'help_next_alert' },
  { keys: ['K'], text: 'help_acknowledge' },
  { keys: ['D'], text: 'help_act' },
  { keys: ['M'], text: 'help_quiet' },
  { keys: ['Q'], text: 'help_plans' },
  { keys: ['E'], text: 'help_contingencies' },
  { keys: ['V'], text: 'help_filter' },
  { keys: ['Esc'], text: 'help_deselect' },
  { keys: ['H'], text: 'help_home' },
  { keys: ['+', '−'], text: 'help_zoom' },
  { keys: ['←', '↑', '→', '↓'], text: 'help_pan' },
  { keys: ['1', '2', '3', '4', '5'], text: 'help_layers' },
  { keys: ['/'], text: 'help_search' },
  { keys: ['G'], text: 'help_screens' },
  { keys: ['Space', ',', '.', 'B'], text: 'help_replay' },
  { keys: ['Ctrl+Z', 'Ctrl+Y'], text: 'help_undo' },
  { keys: ['T'], text: 'help_theme' },
  { keys: ['L'], text: 'help_language' },
  { keys: ['?'], text: 'help_help' },
]

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** True between G and the letter of a screen: that letter is then nobody else's. */
let choosingScreen = false

const GO_WITHIN_MS = 4_000

/** G, then a screen's letter, goes there. Returns whether the letter is awaited. */
export function useScreenKeys(screens: readonly { readonly id: string; readonly letter: string }[], go: (screen: string) => void): boolean {
  const [choosing, setChoosing] = useState(false)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const set = (value: boolean) => {
      clearTimeout(timer)
      choosingScreen = value
      setChoosing(value)
      if (value) timer = setTimeout(() => set(false), GO_WITHIN_MS)
    }
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector('[role="dialog"]') !== null) return
      const key = event.key.toLowerCase()
      if (choosingScreen) {
        if (key === 'shift') return
        event.preventDefault()
        const found = screens.find(({ letter }) => letter === key)
        set(false)
        if (found !== undefined) go(found.id)
      } else if (key === 'g') {
        event.preventDefault()
        set(true)
      }
    }
    window.addEventListener('keydown', pressed, { capture: true })
    return () => {
      set(false)
      window.removeEventListener('keydown', pressed, { capture: true })
    }
  }, [screens, go])
  return choosing
}

/** Call `run` for every bound key pressed outside text fields and open dialogs; it answers false for what is not its own. */
export function useShortcuts(run: (command: Command) => boolean): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (choosingScreen || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return
      if (document.querySelector('[role="dialog"]') !== null) return
      const command = bindings[event.key.toLowerCase()]
      if (command === undefined) return
      // An order that is being asked about is taken back first; the panel stays.
      if (command === 'deselect' && document.querySelector('[data-escape-cancels]') !== null) return
      if (run(command)) event.preventDefault()
    }
    // Capture: MapLibre would take + and - for itself and zoom twice.
    window.addEventListener('keydown', pressed, { capture: true })
    return () => window.removeEventListener('keydown', pressed, { capture: true })
  }, [run])
}
