/** The live map's own buttons in the bar: contingencies, plans, boards. */

import type { ReactNode } from 'react'
import { ToggleButton, Tooltip, TooltipTrigger } from 'react-aria-components'
import { useLook } from '../../app/look'
import { number } from '../../i18n/format'
import { Icon } from '../../ui/icons'
import { StateMark } from '../../ui/StateMark'

interface Props {
  /** How many contingencies are open or wait for a decision; null for who is not told of them. */
  readonly contingencies: number | null
  readonly contingenciesOpen: boolean
  readonly onContingencies: () => void
  readonly plansOpen: boolean
  readonly onPlans: () => void
  /** More buttons beside that of the plans. */
  readonly boards: ReactNode
}

export function LiveButtons({ contingencies, contingenciesOpen, onContingencies, plansOpen, onPlans, boards }: Props) {
  const { t, lang } = useLook()
  return (
    <>
      {contingencies !== null && (
        <TooltipTrigger delay={400}>
          <ToggleButton
            className="quiet-button plans-button contingencies-button"
            data-some={contingencies > 0}
            isSelected={contingenciesOpen}
            onChange={onContingencies}
            aria-label={t('contingencies_button', { n: number(lang, contingencies) })}
          >
            <StateMark state="contingent" />
            <span className="contingencies-name">{t('contingencies_title')}</span>
            <span className="contingencies-count">{number(lang, contingencies)}</span>
          </ToggleButton>
          <Tooltip className="tooltip">{t('contingencies_open')}</Tooltip>
        </TooltipTrigger>
      )}
      <TooltipTrigger delay={400}>
        <ToggleButton className="quiet-button plans-button" isSelected={plansOpen} onChange={onPlans}>
          <Icon name="plans" />
          {t('plans_title')}
        </ToggleButton>
        <Tooltip className="tooltip">{t('plans_open')}</Tooltip>
      </TooltipTrigger>
      {boards}
    </>
  )
}
