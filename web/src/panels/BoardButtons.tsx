/** The ways to the boards at the lower edge, in the bar above the map. */

import { ToggleButton, Tooltip, TooltipTrigger } from 'react-aria-components'
import { useLook } from '../app/look'
import { Icon } from '../ui/icons'

export type Board = 'orders' | 'faults'

interface Props {
  readonly shown: readonly Board[]
  readonly open: Board | null
  readonly onToggle: (board: Board) => void
}

const icons = { orders: 'parcel', faults: 'fault' } as const

export function BoardButtons({ shown, open, onToggle }: Props) {
  const { t } = useLook()
  return shown.map((board) => (
    <TooltipTrigger key={board} delay={400}>
      <ToggleButton className="quiet-button plans-button" isSelected={open === board} onChange={() => onToggle(board)}>
        <Icon name={icons[board]} />
        {t(`board_${board}`)}
      </ToggleButton>
      <Tooltip className="tooltip">{t(`board_${board}_open`)}</Tooltip>
    </TooltipTrigger>
  ))
}
