/** What the console knows about its city besides what the service tells it: camera, labels, runways. */

export type PlaceKind = 'city' | 'district' | 'place' | 'water' | 'neighbour' | 'aerodrome'

export interface Place {
  readonly zh: string
  readonly en: string
  readonly kind: PlaceKind
  readonly lon_deg: number
  readonly lat_deg: number
}

export interface Runway {
  readonly name: string
  readonly width_m: number
  /** Both thresholds, [lon, lat] in degrees (OurAirports, public domain). */
  readonly ends: readonly [readonly [number, number], readonly [number, number]]
}

export const city = {
  zh: '深圳',
  en: 'Shenzhen',
  /** Area the live feed is asked for: west, south, east, north. */
  feed_bbox: [113.5, 22.2, 114.9, 23.05] as const,
  /** Area shown at first. */
  home_bbox: [113.745, 22.43, 114.56, 22.84] as const,
  /** The camera stays inside what the base map covers. */
  limit_bbox: [112.92, 21.77, 115.48, 23.33] as const,
  /** Positions given to the GPU are relative to this point, so that 32-bit floats resolve a centimetre. */
  origin: { lon_deg: 114.06, lat_deg: 22.6 },
} as const

const place = (zh: string, en: string, kind: PlaceKind, lon_deg: number, lat_deg: number): Place => ({
  zh,
  en,
  kind,
  lon_deg,
  lat_deg,
})

/** Label points, drawn by hand and approximate; no outline is implied. */
export const places: readonly Place[] = [
  place('南山', 'Nanshan', 'district', 113.945, 22.548),
  place('福田', 'Futian', 'district', 114.05, 22.535),
  place('罗湖', 'Luohu', 'district', 114.132, 22.563),
  place('宝安', "Bao'an", 'district', 113.885, 22.605),
  place('盐田', 'Yantian', 'district', 114.255, 22.592),
  place('龙岗', 'Longgang', 'district', 114.247, 22.718),
  place('龙华', 'Longhua', 'district', 114.035, 22.668),
  place('坪山', 'Pingshan', 'district', 114.352, 22.695),
  place('光明', 'Guangming', 'district', 113.93, 22.768),
  place('大鹏', 'Dapeng', 'district', 114.478, 22.592),
  place('蛇口', 'Shekou', 'place', 113.915, 22.487),
  place('前海', 'Qianhai', 'place', 113.892, 22.527),
  place('西丽', 'Xili', 'place', 113.952, 22.588),
  place('华侨城', 'Overseas Chinese Town', 'place', 113.985, 22.541),
  place('梅林', 'Meilin', 'place', 114.055, 22.572),
  place('华强北', 'Huaqiangbei', 'place', 114.083, 22.546),
  place('坂田', 'Bantian', 'place', 114.067, 22.63),
  place('布吉', 'Buji', 'place', 114.125, 22.608),
  place('平湖', 'Pinghu', 'place', 114.127, 22.69),
  place('观澜', 'Guanlan', 'place', 114.065, 22.73),
  place('横岗', 'Henggang', 'place', 114.205, 22.645),
  place('坪地', 'Pingdi', 'place', 114.302, 22.768),
  place('坑梓', 'Kengzi', 'place', 114.38, 22.746),
  place('沙头角', 'Shatoujiao', 'place', 114.228, 22.556),
  place('大梅沙', 'Dameisha', 'place', 114.306, 22.597),
  place('葵涌', 'Kuichong', 'place', 114.42, 22.635),
  place('南澳', "Nan'ao", 'place', 114.486, 22.536),
  place('西乡', 'Xixiang', 'place', 113.862, 22.578),
  place('福永', 'Fuyong', 'place', 113.822, 22.678),
  place('沙井', 'Shajing', 'place', 113.82, 22.735),
  place('松岗', 'Songgang', 'place', 113.843, 22.772),
  place('石岩', 'Shiyan', 'place', 113.936, 22.682),
  place('公明', 'Gongming', 'place', 113.893, 22.79),
  place('香港', 'Hong Kong', 'neighbour', 114.115, 22.41),
  place('东莞', 'Dongguan', 'neighbour', 113.97, 22.87),
  place('惠州', 'Huizhou', 'neighbour', 114.53, 22.79),
  place('中山', 'Zhongshan', 'neighbour', 113.47, 22.53),
  place('珠海', 'Zhuhai', 'neighbour', 113.52, 22.3),
  place('深圳湾', 'Shenzhen Bay', 'water', 113.968, 22.478),
  place('大鹏湾', 'Mirs Bay', 'water', 114.37, 22.53),
  place('大亚湾', 'Daya Bay', 'water', 114.62, 22.62),
  place('珠江口', 'Pearl River Estuary', 'water', 113.75, 22.5),
  place('深圳宝安国际机场', "Shenzhen Bao'an International Airport", 'aerodrome', 113.803, 22.641),
  place('南头直升机场', 'Nantou Heliport', 'aerodrome', 113.9256, 22.5587),
]

/** Runways of ZGSZ from the OurAirports tables (public domain). */
export const runways: readonly Runway[] = [
  { name: '15/33', width_m: 45, ends: [[113.803, 22.653], [113.818, 22.6256]] },
  { name: '16L/34R', width_m: 60, ends: [[113.784851, 22.654461], [113.80162, 22.62388]] },
  { name: '16R/34L', width_m: 45, ends: [[113.776337, 22.659056], [113.792221, 22.630083]] },
]
