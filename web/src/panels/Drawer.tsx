/** The frame of the panel at the right edge, and the rows it is made of. */

import type { ReactNode } from 'react'
import { Button } from 'react-aria-components'
import { useLook } from '../app/look'
import { beijingDayTime, beijingTime, utcDayTime } from '../i18n/format'
import { Icon } from '../ui/icons'

interface DrawerProps {
  readonly head: ReactNode
  readonly children: ReactNode
  readonly onClose: () => void
}

export function Drawer({ head, children, onClose }: DrawerProps) {
  const { t } = useLook()
  return (
    <aside className="drawer" aria-label={t('panel_label')}>
      <div className="drawer-head">
        <div className="drawer-title">{head}</div>
        <Button className="icon-button" aria-label={t('panel_close')} onPress={onClose}>
          <Icon name="close" />
        </Button>
      </div>
      <div className="drawer-body">{children}</div>
    </aside>
  )
}

export function Section({ title, id, children }: { readonly title: string; readonly id?: string; readonly children: ReactNode }) {
  return (
    <section className="section" id={id}>
      <h3>{title}</h3>
      {children}
    </section>
  )
}

/** A name and a value; `null` is shown as unknown. */
export function Row({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  const { t } = useLook()
  const missing = children === null || children === undefined
  return (
    <div className="row">
      <dt>{name}</dt>
      <dd data-unknown={missing}>{missing ? t('value_unknown') : children}</dd>
    </div>
  )
}

/** An instant in Beijing time, with UTC when the pointer rests on it. */
export function Time({ at, day = false }: { readonly at: Date; readonly day?: boolean }) {
  const { t } = useLook()
  return (
    <time dateTime={at.toISOString()} title={t('clock_utc', { time: utcDayTime(at) })}>
      {day ? beijingDayTime(at) : beijingTime(at)}
    </time>
  )
}
