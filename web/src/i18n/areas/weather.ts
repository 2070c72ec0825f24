/** Weather: what is in force, and go or no go before departures. */

import type { Entry } from '../entry'

export const weather = {
  screen_weather: { zh: '气象', en: 'Weather' },
  weather_title: { zh: '气象放行', en: 'Weather and departures' },
  weather_synthetic: { zh: '合成气象：尚未导入任何预报，数值并非实况', en: 'Synthetic weather: no forecast was imported, nothing here was measured' },
  weather_source: { zh: '来源：{source}', en: 'Source: {source}' },
  weather_valid: { zh: '有效期 {from} 至 {to}（北京时间）', en: 'Valid {from} to {to}, Beijing time' },
  weather_here: { zh: '全市此刻', en: 'Over the city now' },
  weather_wind: { zh: '最大风速', en: 'Strongest wind' },
  weather_gust: { zh: '最大阵风', en: 'Strongest gust' },
  weather_rain: { zh: '最大降雨', en: 'Heaviest rain' },
  weather_sight: { zh: '最低能见度', en: 'Least visibility' },
  weather_departures: { zh: '未来一小时起飞', en: 'Departures of the next hour' },
  weather_none: { zh: '未来一小时没有已批准的起飞', en: 'No approved departure within the hour' },
  weather_go: { zh: '可放行', en: 'Go' },
  weather_no_go: { zh: '不可放行', en: 'No go' },
  weather_unknown: { zh: '资料不全', en: 'Not known' },
  weather_all_go: { zh: '{n} 次起飞均在气象限制之内', en: 'All {n} departures are within their limits' },
  weather_stopped: { zh: { one: '{n} 次起飞超出限制', other: '{n} 次起飞超出限制' }, en: { one: '{n} departure over its limits', other: '{n} departures over their limits' } },
  weather_open: { zh: '在实时地图上打开', en: 'Open on the live map' },
  weather_import: { zh: '导入预报', en: 'Import a forecast' },
  weather_file: { zh: '文件（CSV、JSON 或 GRIB）', en: 'File (CSV, JSON or GRIB)' },
  weather_look: { zh: '检查', en: 'Check' },
  weather_publish: { zh: '发布', en: 'Put in force' },
  weather_usable: { zh: '可用：{n} 个数值，覆盖 {share}% 的网格', en: 'Usable: {n} values, {share}% of the cells' },
  weather_unusable: { zh: '不可用：{reason}', en: 'Not usable: {reason}' },
  weather_faults: { zh: '文件中有错误', en: 'there are errors in the file' },
  weather_line: { zh: '第 {line} 行', en: 'line {line}' },
  weather_published: { zh: '已生效并核实：{source}', en: 'In force, verified: {source}' },
  weather_withdraw: { zh: '撤销当前预报', en: 'Withdraw what is in force' },
} as const satisfies Record<string, Entry>
