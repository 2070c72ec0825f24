/** Hatches, badges and arrows of the map, drawn once per theme and language. */

import type { Restriction } from '../api/types'
import type { Lang } from '../i18n/translate'
import { translator } from '../i18n/translate'
import type { Palette } from './palette'

export const restrictions: readonly Restriction[] = ['PROHIBITED', 'REQ_AUTHORISATION', 'CONDITIONAL', 'NO_RESTRICTION']
export const RATIO = 2
export const FONT = 'Noto Sans SC Variable'

export interface MapImage {
  readonly name: string
  readonly data: ImageData
}

function drawing(size: number, draw: (pen: CanvasRenderingContext2D) => void): ImageData {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = size * RATIO
  const pen = canvas.getContext('2d', { willReadFrequently: true })!
  pen.scale(RATIO, RATIO)
  draw(pen)
  return pen.getImageData(0, 0, size * RATIO, size * RATIO)
}

const HATCH_PX = 12

function hatch(kind: Restriction, colour: string): ImageData {
  return drawing(HATCH_PX, (pen) => {
    const s = HATCH_PX
    pen.strokeStyle = colour
    pen.fillStyle = colour
    pen.lineWidth = 1
    pen.globalAlpha = 0.5
    const stroke = (x0: number, y0: number, x1: number, y1: number) => {
      pen.beginPath()
      pen.moveTo(x0, y0)
      pen.lineTo(x1, y1)
      pen.stroke()
    }
    // Each line is drawn thrice so that the tile repeats without a seam.
    const rising = () => {
      for (const shift of [-s, 0, s]) stroke(shift - 1, s + 1, shift + s + 1, -1)
    }
    const falling = () => {
      for (const shift of [-s, 0, s]) stroke(shift - 1, -1, shift + s + 1, s + 1)
    }
    if (kind === 'PROHIBITED') {
      rising()
      falling()
    } else if (kind === 'REQ_AUTHORISATION') {
      rising()
    } else if (kind === 'CONDITIONAL') {
      for (const [x, y] of [
        [3, 3],
        [9, 9],
      ] as const) {
        pen.beginPath()
        pen.arc(x, y, 1, 0, 7)
        pen.fill()
      }
    }
  })
}

const BADGE_PX = 18

function badge(letter: string, colour: string, palette: Palette): ImageData {
  return drawing(BADGE_PX, (pen) => {
    pen.beginPath()
    pen.roundRect(1, 1, BADGE_PX - 2, BADGE_PX - 2, 4)
    pen.fillStyle = palette.halo
    pen.fill()
    pen.lineWidth = 1.25
    pen.strokeStyle = colour
    pen.stroke()
    pen.fillStyle = colour
    pen.font = `600 ${/[a-z]/i.test(letter) ? 11.5 : 11}px "${FONT}", sans-serif`
    pen.textAlign = 'center'
    pen.textBaseline = 'alphabetic'
    const box = pen.measureText(letter)
    pen.fillText(letter, BADGE_PX / 2, BADGE_PX / 2 + (box.actualBoundingBoxAscent - box.actualBoundingBoxDescent) / 2)
  })
}

const ARROW_PX = 10

function arrow(colour: string): ImageData {
  return drawing(ARROW_PX, (pen) => {
    pen.strokeStyle = colour
    pen.lineWidth = 1.5
    pen.lineCap = 'round'
    pen.lineJoin = 'round'
    pen.beginPath()
    pen.moveTo(3, 2)
    pen.lineTo(7, 5)
    pen.lineTo(3, 8)
    pen.stroke()
  })
}

function planned(colour: string, halo: string): ImageData {
  return drawing(26, (pen) => {
    for (const [width, style] of [
      [4, halo],
      [1.75, colour],
    ] as const) {
      pen.lineWidth = width
      pen.strokeStyle = style
      pen.beginPath()
      pen.arc(13, 13, 7, 0, 7)
      for (const [x, y] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ] as const) {
        pen.moveTo(13 + x * 4, 13 + y * 4)
        pen.lineTo(13 + x * 11, 13 + y * 11)
      }
      pen.stroke()
    }
  })
}

/** The sign of no entry: a ring and a bar. */
function noEntry(pen: CanvasRenderingContext2D, x: number, y: number, radius: number, width: number): void {
  pen.lineWidth = width
  pen.beginPath()
  pen.arc(x, y, radius, 0, 7)
  pen.moveTo(x - radius * 0.5, y)
  pen.lineTo(x + radius * 0.5, y)
  pen.stroke()
}

const STOP_PX = 24

function stopSign(palette: Palette): ImageData {
  return drawing(STOP_PX, (pen) => {
    const middle = STOP_PX / 2
    pen.fillStyle = palette.halo
    pen.beginPath()
    pen.arc(middle, middle, 11.5, 0, 7)
    pen.fill()
    pen.strokeStyle = palette.state.nonconforming
    noEntry(pen, middle, middle, 9, 2.6)
  })
}

const STOP_TILE_PX = 72

function stopPattern(palette: Palette): ImageData {
  return drawing(STOP_TILE_PX, (pen) => {
    pen.strokeStyle = palette.state.nonconforming
    // Quiet: over the whole city it must leave drones and sites what the eye finds first.
    pen.globalAlpha = 0.3
    for (const at of [0.25, 0.75]) noEntry(pen, STOP_TILE_PX * at, STOP_TILE_PX * at, 4.5, 1.2)
  })
}

/** All images of one theme and language. */
export function mapImages(palette: Palette, lang: Lang): MapImage[] {
  const t = translator(lang)
  const images: MapImage[] = []
  for (const kind of restrictions) {
    images.push({ name: `hatch-${kind}`, data: hatch(kind, palette.zone[kind]) })
    images.push({ name: `badge-${kind}`, data: badge(t(`zone_letter_${kind}`), palette.zone[kind], palette) })
  }
  images.push({ name: 'one-way', data: arrow(palette.corridorLine) })
  images.push({ name: 'planned', data: planned(palette.plan, palette.halo) })
  images.push({ name: 'stop-sign', data: stopSign(palette) }, { name: 'stop-pattern', data: stopPattern(palette) })
  return images
}
