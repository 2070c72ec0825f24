/** Whose map it is, as its licence asks: the base map at hand, or the tiles the city brought. */

import { useEffect, useState } from 'react'
import { useLook } from '../app/look'
import { loadGround, noGround } from '../map/tiles/ground'

export function Attribution({ className }: { readonly className: string }) {
  const { t } = useLook()
  const [state, setState] = useState(noGround)
  useEffect(() => {
    let here = true
    void loadGround().then((found) => here && setState(found))
    return () => {
      here = false
    }
  }, [])
  const own = state.ground.length > 0
  return (
    <p className={className} title={own ? undefined : t('attribution_note')}>
      {state.failed !== null && <strong role="alert">{t('ground_failed', { reason: state.failed })} </strong>}
      {own ? state.attribution : t('attribution')}
    </p>
  )
}
