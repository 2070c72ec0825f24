/** The names of the screens and how one goes from one to another. */

import type { Entry } from '../entry'

export const screens = {
  screens_label: { zh: '界面', en: 'Screens' },
  screens_go: { zh: '按 G，再按此键：{key}', en: 'Press G, then {key}' },
  screens_choose: { zh: '转到哪个界面？按其字母，Esc 取消', en: 'Go to which screen? Press its letter, Esc to stay' },
  screens_loading: { zh: '正在打开{name}…', en: 'Opening {name}…' },
  screens_failed: { zh: '此界面未能打开：{reason}', en: 'This screen could not be opened: {reason}' },
  screens_again: { zh: '重试', en: 'Try again' },
  screens_not_yours: { zh: '您的角色无权使用此界面。', en: 'Your role has no access to this screen.' },
  screens_home: { zh: '返回实时地图', en: 'Back to the live map' },
  screens_alerts: { zh: { one: '{n} 条未确认告警', other: '{n} 条未确认告警' }, en: { one: '{n} alert not acknowledged', other: '{n} alerts not acknowledged' } },
  screens_alerts_none: { zh: '没有未确认的告警', en: 'no alert waits' },
  screen_approvals: { zh: '审批', en: 'Approvals' },
  screen_airspace: { zh: '空域', en: 'Airspace' },
  screen_logistics: { zh: '物流', en: 'Logistics' },
  screen_wall: { zh: '大屏', en: 'Wall' },
  wall_title: { zh: '全市概况', en: 'The city now' },
  wall_flying: { zh: '架在线', en: 'drones' },
  screen_live: { zh: '实时地图', en: 'Live map' },
} as const satisfies Record<string, Entry>
