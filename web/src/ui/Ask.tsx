/** A button that says what it will do before it does it: for what cannot simply be taken back. */

import { useState } from 'react'
import { Button } from 'react-aria-components'
import { useLook } from '../app/look'
import { Icon, type IconName } from './icons'

interface AskProps {
  readonly label: string
  readonly effect: string
  readonly busy: boolean
  readonly onDo: () => void
  /** Shown instead of the label until it is asked. */
  readonly icon?: IconName
}

export function Ask({ label, effect, busy, onDo, icon }: AskProps) {
  const { t } = useLook()
  const [open, setOpen] = useState(false)
  if (!open) {
    return icon === undefined ? (
      <Button className="quiet-button" isDisabled={busy} onPress={() => setOpen(true)}>
        {label}
      </Button>
    ) : (
      <Button className="icon-button" aria-label={label} isDisabled={busy} onPress={() => setOpen(true)}>
        <Icon name={icon} />
      </Button>
    )
  }
  return (
    <span className="ask" data-escape-cancels="true" onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}>
      <span>
        {label}: {effect}
      </span>
      <Button
        className="main-button main-danger"
        autoFocus
        isDisabled={busy}
        onPress={() => {
          setOpen(false)
          onDo()
        }}
      >
        {t('admin_confirm')}
      </Button>
      <Button className="quiet-button" onPress={() => setOpen(false)}>
        {t('decide_back')}
      </Button>
    </span>
  )
}
