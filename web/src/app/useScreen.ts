/** Which screen is in front: kept in the address, so that it can be sent, and walked through with the browser's own keys. */

import { useCallback, useEffect, useState } from 'react'
import { home } from '../screens/registry'
import { screenUrl } from './urlState'

interface Place {
  readonly screen: string
  /** Counts arrivals: going to the screen one is on, with other parameters, opens it anew. */
  readonly visit: number
}

const here = (): string => new URLSearchParams(window.location.search).get('screen') ?? home.id

export function useScreen() {
  const [place, setPlace] = useState<Place>(() => ({ screen: here(), visit: 0 }))
  useEffect(() => {
    const walked = () => setPlace(({ visit }) => ({ screen: here(), visit: visit + 1 }))
    window.addEventListener('popstate', walked)
    return () => window.removeEventListener('popstate', walked)
  }, [])
  const go = useCallback((screen: string, params?: Readonly<Record<string, string>>) => {
    const search = screenUrl(window.location.search, screen === home.id ? null : screen, params)
    if (search === window.location.search) return
    window.history.pushState(null, '', window.location.pathname + search)
    setPlace(({ visit }) => ({ screen, visit: visit + 1 }))
  }, [])
  return { ...place, go }
}
