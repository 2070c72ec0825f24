/** What a form misses, in the console's language: the browser's own words for it are in the browser's. */

import { useEffect } from 'react'
import type { Key } from '../i18n/catalogue'
import type { Params, Translate } from '../i18n/translate'

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement
type Validity = Pick<ValidityState, 'valueMissing' | 'badInput' | 'rangeUnderflow' | 'rangeOverflow' | 'stepMismatch' | 'typeMismatch' | 'patternMismatch' | 'tooLong' | 'tooShort'>

/** The sentence for what is wrong with a field; null where only what was said before keeps it from being sent. */
export function fieldWords(validity: Validity, limits: { readonly min: string; readonly max: string }): readonly [Key, Params?] | null {
  if (validity.badInput) return ['field_number']
  if (validity.valueMissing) return ['sign_in_field_required']
  if (validity.rangeUnderflow) return ['field_least', { n: limits.min }]
  if (validity.rangeOverflow) return ['field_most', { n: limits.max }]
  if (validity.stepMismatch) return ['field_step']
  return validity.typeMismatch || validity.patternMismatch || validity.tooLong || validity.tooShort ? ['field_unfit'] : null
}

const isField = (target: EventTarget | null): target is Field => target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement

/** Say what a form misses in the language of `t`, for as long as it is shown. Fields of react-aria say it beneath themselves. */
export function useFieldWords(t: Translate): void {
  useEffect(() => {
    const missed = ({ target }: Event) => {
      if (!isField(target) || target.hasAttribute('data-rac')) return
      const limits = target instanceof HTMLInputElement ? target : { min: '', max: '' }
      const words = fieldWords(target.validity, limits)
      // A value set by the program tells nobody: what is right by now is let through at the next press.
      target.setCustomValidity(words === null ? '' : t(...words))
    }
    const changed = ({ target }: Event) => {
      if (isField(target) && !target.hasAttribute('data-rac')) target.setCustomValidity('')
    }
    document.addEventListener('invalid', missed, true)
    document.addEventListener('input', changed, true)
    document.addEventListener('change', changed, true)
    return () => {
      document.removeEventListener('invalid', missed, true)
      document.removeEventListener('input', changed, true)
      document.removeEventListener('change', changed, true)
    }
  }, [t])
}
