/** Search, cells and free slots. */

import type { Entry } from '../entry'

export const search = {
  search_open: { zh: '查找任何对象（/）', en: 'Search for anything (/)' },
  search_title: { zh: '查找', en: 'Search' },
  search_field: { zh: '登记号、计划、起降点、区域、地名、坐标、北斗网格码或 H3 单元格', en: 'Registration, plan, site, zone, place, coordinates, BeiDou grid code or H3 cell' },
  search_none: { zh: '没有找到“{query}”。', en: 'Nothing answers “{query}”.' },
  search_help: { zh: '上下键选择，回车前往，Esc 关闭', en: 'Up and down to choose, Enter to go there, Esc to close' },
  search_grid_failed: { zh: '网格码未识别：{reason}', en: 'The code is not known: {reason}' },
  search_kind_drone: { zh: '无人机', en: 'Drone' },
  search_kind_plan: { zh: '飞行计划', en: 'Plan' },
  search_kind_site: { zh: '起降点', en: 'Site' },
  search_kind_zone: { zh: '区域', en: 'Zone' },
  search_kind_corridor: { zh: '走廊', en: 'Corridor' },
  search_kind_place: { zh: '地名', en: 'Place' },
  search_kind_position: { zh: '坐标', en: 'Position' },
  search_kind_grid: { zh: '网格', en: 'Grid cell' },
  cells_title: { zh: 'H3 单元格', en: 'H3 cells' },
  cells_none: { zh: '不显示', en: 'Off' },
  cells_load: { zh: '负载', en: 'Load' },
  cells_ceiling: { zh: '高度上限', en: 'Ceiling' },
  cells_note_load: { zh: '颜色越深，此刻计划飞行越多；红色：已关闭', en: 'Stronger: more flights planned now; red: closed' },
  cells_note_ceiling: { zh: '颜色越深，允许高度（AGL）越低；红色：已关闭', en: 'Stronger: lower ceiling (AGL); red: closed' },
  cells_failed: { zh: '单元格未能载入：{reason}', en: 'The cells could not be loaded: {reason}' },
  site_slots: { zh: '今后两小时空闲机位', en: 'Free pads, the next two hours' },
  site_slots_free: { zh: '空闲 {free}/{pads}', en: '{free} of {pads} free' },
  site_slots_full: { zh: '已满', en: 'none free' },
  site_slots_failed: { zh: '未能读取机位：{reason}', en: 'The slots could not be read: {reason}' },
  site_closed: { zh: '此起降点已关闭', en: 'This site is closed' },
} as const satisfies Record<string, Entry>
