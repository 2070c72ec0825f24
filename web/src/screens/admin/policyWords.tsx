/** What the policy's members are called: in words first, the name in the API small beside it. */

import { keyFor, type Translate } from '../../i18n/translate'

const said = (t: Translate, prefix: string, name: string): string => {
  const key = keyFor(prefix, name)
  return key === null ? name : t(key)
}

/** A member by its path, `outer` or `outer.inner`; a member this console does not know stays as it is in the API. */
export const memberWords = (t: Translate, path: string): string => said(t, 'policymember_', path.replace('.', '__'))
export const columnWords = (t: Translate, name: string): string => said(t, 'policycolumn_', name)
export const optionWords = (t: Translate, name: string): string => said(t, 'policyoption_', name)

export function ApiName({ words, name }: { readonly words: string; readonly name: string }) {
  return (
    <span className="api-name">
      {words}
      {words !== name && <span className="mono quiet block">{name}</span>}
    </span>
  )
}
