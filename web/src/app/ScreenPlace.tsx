/** The screen in front: loaded when first asked for; when that fails, it says so and can be tried again. */

import { Component, Suspense, type ReactNode } from 'react'
import { Button } from 'react-aria-components'
import type { Screen } from '../screens/registry'
import { useLook } from './look'

interface Props {
  readonly screen: Screen
  readonly allowed: boolean
  readonly go: (screen: string) => void
}

export function ScreenPlace({ screen, allowed, go }: Props) {
  const { t } = useLook()
  if (!allowed) {
    return (
      <div className="screen-note" role="alert">
        <p>{t('screens_not_yours')}</p>
        <Button className="main-button" onPress={() => go('live')}>
          {t('screens_home')}
        </Button>
      </div>
    )
  }
  return (
    <Fallible>
      <Suspense
        fallback={
          <div className="screen-note" role="status">
            {t('screens_loading', { name: t(screen.title) })}
          </div>
        }
      >
        <screen.View />
      </Suspense>
    </Fallible>
  )
}

function Broken({ reason }: { readonly reason: string }) {
  const { t } = useLook()
  return (
    <div className="screen-note" role="alert">
      <p>{t('screens_failed', { reason })}</p>
      <Button className="main-button" onPress={() => window.location.reload()}>
        {t('screens_again')}
      </Button>
    </div>
  )
}

/** One broken screen leaves bar, rail, alerts and connection standing. */
class Fallible extends Component<{ readonly children: ReactNode }, { readonly reason: string | null }> {
  override state = { reason: null }

  static getDerivedStateFromError(error: unknown) {
    return { reason: error instanceof Error ? error.message : String(error) }
  }

  override render() {
    return this.state.reason === null ? this.props.children : <Broken reason={this.state.reason} />
  }
}
