/** Who is signed in decides what is shown: the sign-in form or the console. */

import { lazy, Suspense, useCallback, useEffect, useState } from 'react'
import { getDemoUsers, getSession, setCsrfToken, signInDemo, signOut } from '../api/client'
import type { SessionAnswer } from '../api/types'
import type { Key } from '../i18n/catalogue'
import { useLook } from './look'
import { SignIn } from './SignIn'
import { useFieldWords } from './fieldWords'

// Fetched while the service is asked who is here: nearly everybody gets in.
const loading = import('./Console')
// What fails to load is told where it is needed.
loading.catch(() => {})
const Console = lazy(() => loading.catch(() => import('./Console')))

type Gate =
  | { readonly phase: 'asking' }
  | { readonly phase: 'outside'; readonly notice: Key | null; readonly demo: boolean }
  | { readonly phase: 'inside'; readonly session: SessionAnswer }

export function App() {
  const { t } = useLook()
  useFieldWords(t)
  const [gate, setGate] = useState<Gate>({ phase: 'asking' })

  const enter = useCallback((session: SessionAnswer) => {
    setCsrfToken(session.csrf_token)
    setGate({ phase: 'inside', session })
  }, [])

  useEffect(() => {
    let current = true
    void (async () => {
      const session = await getSession()
      if (!current) return
      if (session.ok) return enter(session.value)
      if (session.status !== 401) return setGate({ phase: 'outside', notice: 'sign_in_unreachable', demo: false })
      const demo = await getDemoUsers()
      const auto = demo.ok && demo.value.auto_login
      const entered = auto ? await signInDemo('dispatcher') : null
      if (!current) return
      if (entered?.ok) enter(entered.value)
      else setGate({ phase: 'outside', notice: null, demo: auto })
    })()
    return () => {
      current = false
    }
  }, [enter])

  const ended = useCallback(() => {
    setCsrfToken(null)
    setGate({ phase: 'outside', notice: 'sign_in_ended', demo: false })
  }, [])
  const leave = useCallback(() => {
    void signOut().then(() => {
      setCsrfToken(null)
      setGate({ phase: 'outside', notice: null, demo: false })
    })
  }, [])

  const waiting = (
    <div className="waiting" role="status">
      {t('starting')}
    </div>
  )
  if (gate.phase === 'asking') return waiting
  if (gate.phase === 'outside') return <SignIn notice={gate.notice} offerDemo={gate.demo} onEntered={enter} />
  return (
    <Suspense fallback={waiting}>
      <Console session={gate.session} onEnded={ended} onLeave={leave} />
    </Suspense>
  )
}
