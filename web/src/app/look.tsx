/** Language and theme: chosen once, kept in the address, given to everything below. */

import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { I18nProvider } from 'react-aria-components'
import { city } from '../city/shenzhen'
import { chooseLang, translator, type Lang, type Translate } from '../i18n/translate'
import type { Theme } from '../map/palette'
import { readUrl, replaceUrl } from './urlState'

export interface Look {
  readonly lang: Lang
  readonly theme: Theme
  readonly t: Translate
  toggleLang(): void
  toggleTheme(): void
}

const LookContext = createContext<Look | null>(null)
const THEME_KEY = 'hexlane.theme'

function firstTheme(): Theme {
  const asked = readUrl(window.location.search).theme
  if (asked !== null) return asked
  // An operations room is dark unless somebody chose otherwise here before.
  return window.localStorage.getItem(THEME_KEY) === 'light' ? 'light' : 'dark'
}

export function LookProvider({ children }: { readonly children: ReactNode }) {
  const [lang, setLang] = useState<Lang>(() => chooseLang(readUrl(window.location.search).lang, navigator.languages))
  const [theme, setTheme] = useState<Theme>(firstTheme)
  const t = useMemo(() => translator(lang), [lang])

  useEffect(() => {
    document.documentElement.lang = lang
    document.title = t('app_title', { city: lang === 'zh-CN' ? city.zh : city.en })
  }, [lang, t])
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme
  }, [theme])

  const toggleLang = useCallback(() => {
    setLang((now) => {
      const next = now === 'zh-CN' ? 'en' : 'zh-CN'
      replaceUrl({ lang: next })
      return next
    })
  }, [])
  const toggleTheme = useCallback(() => {
    setTheme((now) => {
      const next = now === 'dark' ? 'light' : 'dark'
      window.localStorage.setItem(THEME_KEY, next)
      replaceUrl({ theme: next })
      return next
    })
  }, [])
  const look = useMemo(() => ({ lang, theme, t, toggleLang, toggleTheme }), [lang, theme, t, toggleLang, toggleTheme])
  return (
    <LookContext value={look}>
      <I18nProvider locale={lang}>{children}</I18nProvider>
    </LookContext>
  )
}

export function useLook(): Look {
  const look = useContext(LookContext)
  if (look === null) throw new Error('useLook outside LookProvider')
  return look
}
