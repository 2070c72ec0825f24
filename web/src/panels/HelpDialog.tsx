import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useLook } from '../app/look'
import { helpRows } from '../app/shortcuts'
import { Icon } from '../ui/icons'

/** The list of keyboard shortcuts. */
export function HelpDialog({ isOpen, onOpenChange }: { readonly isOpen: boolean; readonly onOpenChange: (open: boolean) => void }) {
  const { t } = useLook()
  return (
    <ModalOverlay className="modal-overlay" isOpen={isOpen} onOpenChange={onOpenChange} isDismissable>
      <Modal className="modal">
        <Dialog className="dialog">
          {({ close }) => (
            <>
              <div className="dialog-head">
                <Heading slot="title">{t('help_title')}</Heading>
                <Button className="icon-button" aria-label={t('help_close')} onPress={close} autoFocus>
                  <Icon name="close" />
                </Button>
              </div>
              <dl className="shortcuts">
                {helpRows.map(({ keys, text }) => (
                  <div key={text}>
                    <dt>
                      {keys.map((key) => (
                        <kbd key={key}>{key}</kbd>
                      ))}
                    </dt>
                    <dd>{t(text)}</dd>
                  </div>
                ))}
              </dl>
            </>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
