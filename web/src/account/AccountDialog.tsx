/** The dialog behind the user menu: one's own password and second factor. */

import { useState } from 'react'
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useLook } from '../app/look'
import { Icon } from '../ui/icons'
import './account.css'
import { PasswordForm } from './PasswordForm'
import { SecondFactorPart } from './SecondFactorPart'

interface Props {
  readonly isOpen: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly onLeave: () => void
}

export function AccountDialog({ isOpen, onOpenChange, onLeave }: Props) {
  const { t } = useLook()
  const [changed, setChanged] = useState(false)
  return (
    <ModalOverlay className="modal-overlay" isOpen={isOpen} onOpenChange={onOpenChange} isDismissable={!changed} isKeyboardDismissDisabled={changed}>
      <Modal className="modal account-modal">
        <Dialog className="dialog">
          {({ close }) => (
            <>
              <div className="dialog-head">
                <Heading slot="title">{t('account_title')}</Heading>
                {!changed && (
                  <Button className="icon-button" aria-label={t('account_close')} onPress={close}>
                    <Icon name="close" />
                  </Button>
                )}
              </div>
              {changed ? (
                <div className="account-part" role="status">
                  <p>{t('account_password_done')}</p>
                  <Button className="main-button" onPress={onLeave} autoFocus>
                    {t('account_sign_in')}
                  </Button>
                </div>
              ) : (
                <div className="account-parts">
                  <PasswordForm onChanged={() => setChanged(true)} />
                  <SecondFactorPart />
                </div>
              )}
            </>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
