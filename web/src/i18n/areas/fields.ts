/** Fields of dates, times and files, in the console's language whatever the browser's is. */

import type { Entry } from '../entry'

export const fields = {
  time_format_instant: { zh: '年-月-日 时:分', en: 'YYYY-MM-DD HH:MM' },
  time_format_day: { zh: '年-月-日', en: 'YYYY-MM-DD' },
  time_format_clock: { zh: '时:分', en: 'HH:MM' },
  time_help_instant: { zh: '北京时间，格式 2026-03-02 08:00。上下方向键调整光标所在的一段。', en: 'Beijing time, as 2026-03-02 08:00. The up and down keys step the part the caret is in.' },
  time_help_day: { zh: '北京日期，格式 2026-03-02。上下方向键调整光标所在的一段。', en: 'A Beijing date, as 2026-03-02. The up and down keys step the part the caret is in.' },
  time_help_clock: { zh: '北京时间，二十四小时制，格式 08:00。上下方向键调整光标所在的一段。', en: 'Beijing time of 24 hours, as 08:00. The up and down keys step the part the caret is in.' },
  time_wrong_instant: { zh: '无法识别或不存在的时间。请按 2026-03-02 08:00 的格式填写北京时间。', en: 'There is no such time. Type Beijing time as 2026-03-02 08:00.' },
  time_wrong_day: { zh: '无法识别或不存在的日期。请按 2026-03-02 的格式填写。', en: 'There is no such date. Type it as 2026-03-02.' },
  time_wrong_clock: { zh: '无法识别或不存在的时间。请按 08:00 的格式填写，00:00 至 23:59。', en: 'There is no such time of day. Type it as 08:00, from 00:00 to 23:59.' },
  time_too_late: { zh: '最晚为 {last}。请填写更早的日期。', en: 'The last one is {last}. Type an earlier one.' },

  field_least: { zh: '请填写不小于 {n} 的数。', en: 'Type a number of {n} or more.' },
  field_most: { zh: '请填写不大于 {n} 的数。', en: 'Type a number of {n} or less.' },
  field_number: { zh: '请填写数字。', en: 'Type a number.' },
  field_step: { zh: '请填写整数。', en: 'Type a whole number.' },
  field_unfit: { zh: '此内容不符合要求，请改正。', en: 'This does not fit here. Please change it.' },

  file_choose: { zh: '选择文件…', en: 'Choose a file…' },
  file_other: { zh: '换一个文件…', en: 'Choose another…' },
  file_none: { zh: '尚未选择文件；也可将文件拖到此处', en: 'No file chosen yet; one can be dropped here too' },
  file_chosen: { zh: '已选择 {name}（{size}）', en: '{name} ({size})' },
  file_refused: { zh: '不接受 {name}。请选择以下类型的文件：{kinds}', en: '{name} is not taken. Choose a file of these kinds: {kinds}' },
} as const satisfies Record<string, Entry>
