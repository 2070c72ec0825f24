/** Alerts and what needs attention. */

import type { Entry } from '../entry'

export const alerts = {
  attention_title: { zh: '需要关注', en: 'Needs attention' },
  attention_none: { zh: '所有无人机均符合计划', en: 'All drones conform to their plans' },
  attention_more: { zh: { one: '另有 {n} 架', other: '另有 {n} 架' }, en: { one: 'and {n} more', other: 'and {n} more' } },
  attention_item: { zh: '{name}，{state}，{age} 秒前的位置', en: '{name}, {state}, position {age} s old' },

  alerts_sound_off: { zh: '关闭提示音（安静模式）', en: 'Turn the sound off (quiet mode)' },
  alerts_sound_on: { zh: '打开提示音', en: 'Turn the sound on' },
  alert_shelve: { zh: '搁置…', en: 'Shelve…' },
  alert_shelve_for: { zh: '搁置多久', en: 'For how long' },
  alert_shelve_minutes: { zh: '{n} 分钟', en: '{n} min' },
  alert_shelve_confirm: { zh: '搁置', en: 'Shelve it' },
  alert_shelve_effect: { zh: '到时自动恢复；若变得更严重则立即恢复。', en: 'It comes back by itself then, at once when it gets graver.' },
  alert_shelve_failed: { zh: '未能搁置：{reason}', en: 'Not shelved: {reason}' },
  alerts_title: { zh: '告警', en: 'Alerts' },
  alerts_none: { zh: '没有告警', en: 'No alerts' },
  alerts_failed: { zh: '未能读取告警列表：{reason}', en: 'The list of alerts could not be read: {reason}' },
  alerts_waiting: { zh: { one: '{n} 条未确认', other: '{n} 条未确认' }, en: { one: '{n} not acknowledged', other: '{n} not acknowledged' } },
  alerts_below: { zh: { one: '下方还有 {n} 条', other: '下方还有 {n} 条' }, en: { one: '{n} more below', other: '{n} more below' } },
  alerts_effects: { zh: { one: '由此引起 {n} 条', other: '由此引起 {n} 条' }, en: { one: '{n} effect of it', other: '{n} effects of it' } },
  severity_emergency: { zh: '紧急', en: 'Emergency' },
  severity_warning: { zh: '警告', en: 'Warning' },
  severity_caution: { zh: '注意', en: 'Caution' },
  severity_advisory: { zh: '提示', en: 'Advisory' },
  alert_in_s: { zh: '{n} 秒后', en: 'in {n} s' },
  alert_in_min: { zh: '{n} 分钟后', en: 'in {n} min' },
  alert_since_s: { zh: '已 {n} 秒', en: 'for {n} s' },
  alert_since_min: { zh: '已 {n} 分钟', en: 'for {n} min' },
  alert_acknowledge: { zh: '确认', en: 'Acknowledge' },
  alert_initials: { zh: '您的姓名缩写', en: 'Your initials' },
  alert_acknowledged: { zh: '{who} 已确认', en: 'acknowledged by {who}' },
  alert_shelved: { zh: '已搁置', en: 'shelved' },
  alert_shelved_until: { zh: '搁置至 {time}', en: 'shelved until {time}' },
  alert_acknowledge_failed: { zh: '未能确认：{reason}', en: 'Not acknowledged: {reason}' },
} as const satisfies Record<string, Entry>
