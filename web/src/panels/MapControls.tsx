import { Button, Group } from 'react-aria-components'
import { useLook } from '../app/look'
import { Attribution } from '../ui/Attribution'
import { Icon } from '../ui/icons'

interface Props {
  readonly onZoom: (steps: number) => void
  readonly onHome: () => void
  /** Whether a drawer stands at the right edge, so that the controls keep clear of it. */
  readonly drawer: boolean
  /** Whether the list of plans stands at the lower edge. */
  readonly plans: boolean
}

/** Zoom buttons and attribution. */
export function MapControls({ onZoom, onHome, drawer, plans }: Props) {
  const { t } = useLook()
  return (
    <div className="map-foot" data-drawer={drawer} data-plans={plans}>
      <Attribution className="attribution" />
      <Group className="map-buttons" aria-label={t('map_controls')}>
        <Button className="icon-button" aria-label={t('zoom_in')} onPress={() => onZoom(1)}>
          <Icon name="plus" />
        </Button>
        <Button className="icon-button" aria-label={t('zoom_out')} onPress={() => onZoom(-1)}>
          <Icon name="minus" />
        </Button>
        <Button className="icon-button" aria-label={t('zoom_home')} onPress={onHome}>
          <Icon name="home" />
        </Button>
      </Group>
    </div>
  )
}
