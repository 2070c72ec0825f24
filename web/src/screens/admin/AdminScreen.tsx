/** Administration: how the system does, what feeds it, who is let in and with what, and the rules. */

import '../fleet/fleet.css'
import './admin.css'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { useConsole } from '../../app/consoleContext'
import { useLook } from '../../app/look'
import { useParam } from '../../app/useParam'
import { ApplicationsTab } from './ApplicationsTab'
import { FirmsTab } from './FirmsTab'
import { PeopleTab } from './PeopleTab'
import { PolicyTab } from './PolicyTab'
import { ReachTab } from './ReachTab'
import { FeedsTab, HealthTab } from './SystemTabs'

const everybody = ['health', 'feeds', 'reach', 'policy'] as const
const administrators = ['health', 'feeds', 'firms', 'people', 'applications', 'reach', 'policy'] as const
type Name = (typeof administrators)[number]

const views: Record<Name, React.ComponentType> = { health: HealthTab, feeds: FeedsTab, firms: FirmsTab, people: PeopleTab, applications: ApplicationsTab, reach: ReachTab, policy: PolicyTab }

export default function AdminScreen() {
  const { t } = useLook()
  const { session } = useConsole()
  const names: readonly Name[] = session.user.role === 'admin' ? administrators : everybody
  const [asked, setAsked] = useParam('tab', 'health')
  const shown = names.find((name) => name === asked) ?? 'health'
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('screen_admin')}</h1>
      </div>
      <div className="page-body admin">
        <Tabs className="fleet-tabs" selectedKey={shown} onSelectionChange={(key) => setAsked(String(key))}>
          <TabList className="tab-list" aria-label={t('screen_admin')}>
            {names.map((name) => (
              <Tab key={name} id={name} className="tab">
                {t(`admin_tab_${name}`)}
              </Tab>
            ))}
          </TabList>
          {names.map((name) => {
            const View = views[name]
            return (
              <TabPanel key={name} id={name}>
                <View />
              </TabPanel>
            )
          })}
        </Tabs>
      </div>
    </div>
  )
}
