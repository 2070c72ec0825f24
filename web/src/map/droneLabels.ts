/**
 * Labels of drones: which drones get one, where it stands, and the texture it is drawn from.
 *
 * Only the set, the texts and the sides are decided here, a few times a second; the labels then ride along with their
 * symbols in the shader, moved on by the same dead reckoning.
 */

import { stateNames } from '../live/decode'
import {
  AT_AGE_S,
  AT_ROW,
  AT_STATE,
  AT_VX,
  AT_VY,
  AT_X,
  AT_Y,
  PACKED_WORDS,
} from '../live/trackStore'
import { FONT } from './images'
import type { Palette } from './palette'
import { uiScale } from './uiScale'

/** Position, velocity, age, pixel offset, texel origin. */
export const LABEL_FLOATS = 9
const COLUMNS = 8
const ROWS = 20
export const MAX_LABELS = COLUMNS * ROWS
const WIDTH_PX = 132 * uiScale
const HEIGHT_PX = 32 * uiScale
const LINE_PX = 14 * uiScale
const PADDING_PX = 4 * uiScale
const TEXT_PX = 11 * uiScale

export interface LabelText {
  /** First line: who. */
  readonly name: string
  /** Second line: what, or null. */
  readonly detail: string | null
}

/** A label wanted: the row, where its symbol is on the screen, and how much it matters (smaller first). */
export interface Candidate {
  readonly row: number
  readonly slot: number
  readonly x_px: number
  readonly y_px: number
  readonly rank: number
}

export type Side = 0 | 1 | 2 | 3

interface Box {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

const overlaps = (a: Box, b: Box): boolean => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1

const boxAt = (side: Side, x: number, y: number, width: number, height: number, gap: number): Box => {
  if (side === 0) return { x0: x + gap, y0: y - height / 2, x1: x + gap + width, y1: y + height / 2 }
  if (side === 1) return { x0: x - gap - width, y0: y - height / 2, x1: x - gap, y1: y + height / 2 }
  if (side === 2) return { x0: x - width / 2, y0: y - gap - height, x1: x + width / 2, y1: y - gap }
  return { x0: x - width / 2, y0: y + gap, x1: x + width / 2, y1: y + gap + height }
}

/** A placed label: the box in CSS pixels and the side of the symbol it stands on. */
export interface Placement {
  readonly candidate: Candidate
  readonly side: Side
  readonly box: Box
}

/**
 * Choose places without overlaps, the most important first; each label tries the side it had, then right, left, above, below.
 *
 * `sizeOf` gives width and height, `gapOf` the distance from the symbol's middle, in pixels. Symbols themselves are obstacles only for labels of other drones.
 */
export function placeLabels(
  candidates: readonly Candidate[],
  sizeOf: (candidate: Candidate) => readonly [number, number],
  gapOf: (candidate: Candidate) => number,
  lastSide: ReadonlyMap<number, Side>,
  limit = MAX_LABELS,
): Placement[] {
  const placed: Placement[] = []
  const ordered = [...candidates].sort((a, b) => a.rank - b.rank || a.row - b.row)
  for (const candidate of ordered) {
    if (placed.length >= limit) break
    const [width, height] = sizeOf(candidate)
    const before = lastSide.get(candidate.row)
    const sides: Side[] = before === undefined ? [0, 1, 2, 3] : [before, 0, 1, 2, 3]
    for (const side of sides) {
      const box = boxAt(side, candidate.x_px, candidate.y_px, width, height, gapOf(candidate))
      if (placed.some((other) => overlaps(box, other.box))) continue
      placed.push({ candidate, side, box })
      break
    }
  }
  return placed
}

/** The texture the labels are drawn from, one cell a label, and the instances that use it. */
export class LabelSheet {
  readonly instances = new Float32Array(MAX_LABELS * LABEL_FLOATS)
  count = 0
  private readonly cellOfRow = new Map<number, number>()
  private readonly contents = new Array<string>(MAX_LABELS).fill('')
  private readonly free: number[] = Array.from({ length: MAX_LABELS }, (_, i) => MAX_LABELS - 1 - i)
  private readonly dirty = new Set<number>()
  private readonly pending = new Map<number, { text: LabelText; state: number; stale: boolean; right: boolean; centred: boolean }>()
  private readonly pen: CanvasRenderingContext2D
  private readonly ratio: number
  private placements: Placement[] = []
  private sides = new Map<number, Side>()
  private allocated = false
  readonly cellWidth: number
  readonly cellHeight: number
  readonly width: number
  readonly height: number

  constructor(private palette: Palette) {
    this.ratio = Math.min(2, Math.max(1, window.devicePixelRatio))
    this.cellWidth = Math.ceil(WIDTH_PX * this.ratio)
    this.cellHeight = Math.ceil(HEIGHT_PX * this.ratio)
    this.width = this.cellWidth * COLUMNS
    this.height = this.cellHeight * ROWS
    const canvas = document.createElement('canvas')
    canvas.width = this.cellWidth
    canvas.height = this.cellHeight
    this.pen = canvas.getContext('2d', { willReadFrequently: true })!
  }

  /** Forget what the texture holds: the context is new, or the colours changed. */
  invalidate(palette?: Palette): void {
    if (palette !== undefined) this.palette = palette
    this.allocated = false
    this.contents.fill('')
  }

  measure(text: LabelText): [number, number] {
    const name = this.widthOf(text.name, 600)
    const detail = text.detail === null ? 0 : this.widthOf(text.detail, 400)
    return [Math.min(WIDTH_PX, Math.max(name, detail) + 2 * PADDING_PX), text.detail === null ? LINE_PX + PADDING_PX : 2 * LINE_PX + PADDING_PX]
  }

  private readonly widths = new Map<string, number>()

  private widthOf(text: string, weight: number): number {
    const key = `${weight}${text}`
    let width = this.widths.get(key)
    if (width === undefined) {
      if (this.widths.size > 4000) this.widths.clear()
      this.setFont(weight)
      width = this.pen.measureText(text).width / this.ratio
      this.widths.set(key, width)
    }
    return width
  }

  private setFont(weight: number): void {
    this.pen.font = `${weight} ${TEXT_PX * this.ratio}px "${FONT}", sans-serif`
  }

  get shownRows(): readonly number[] {
    return this.placements.map((placement) => placement.candidate.row)
  }

  /** Decide anew which labels stand where. */
  arrange(
    candidates: readonly Candidate[],
    textOf: (candidate: Candidate) => LabelText,
    data: Float32Array,
    isStaleRow: (slot: number) => boolean,
    gapOf: (candidate: Candidate) => number,
  ): void {
    const texts = new Map<number, LabelText>()
    const text = (candidate: Candidate): LabelText => {
      let found = texts.get(candidate.row)
      if (found === undefined) {
        found = textOf(candidate)
        texts.set(candidate.row, found)
      }
      return found
    }
    this.placements = placeLabels(candidates, (candidate) => this.measure(text(candidate)), gapOf, this.sides)
    this.sides = new Map(this.placements.map((placement) => [placement.candidate.row, placement.side]))
    for (const [row, cell] of this.cellOfRow) {
      if (!this.sides.has(row)) {
        this.cellOfRow.delete(row)
        this.contents[cell] = ''
        this.free.push(cell)
      }
    }
    for (const { candidate, side } of this.placements) {
      let cell = this.cellOfRow.get(candidate.row)
      if (cell === undefined) {
        cell = this.free.pop()
        if (cell === undefined) continue
        this.cellOfRow.set(candidate.row, cell)
      }
      const state = data[candidate.slot * PACKED_WORDS + AT_STATE]!
      const words = text(candidate)
      const stale = isStaleRow(candidate.slot)
      const content = `${words.name}\n${words.detail ?? ''}\n${state}\n${stale}\n${side}`
      if (this.contents[cell] !== content) {
        this.contents[cell] = content
        this.pending.set(cell, { text: words, state, stale, right: side === 1, centred: side > 1 })
        this.dirty.add(cell)
      }
    }
  }

  /** Take positions, velocities and ages of the labelled drones from a new frame. */
  follow(data: Float32Array, slotOf: (row: number) => number): void {
    let at = 0
    for (const { candidate, side, box } of this.placements) {
      const cell = this.cellOfRow.get(candidate.row)
      const slot = slotOf(candidate.row)
      if (cell === undefined || slot < 0 || data[slot * PACKED_WORDS + AT_ROW] !== candidate.row) continue
      const from = slot * PACKED_WORDS
      this.instances[at] = data[from + AT_X]!
      this.instances[at + 1] = data[from + AT_Y]!
      this.instances[at + 2] = data[from + AT_VX]!
      this.instances[at + 3] = data[from + AT_VY]!
      this.instances[at + 4] = data[from + AT_AGE_S]!
      const left = side === 1 ? box.x1 - WIDTH_PX : side > 1 ? (box.x0 + box.x1) / 2 - WIDTH_PX / 2 : box.x0
      this.instances[at + 5] = (left - candidate.x_px) * this.ratio
      this.instances[at + 6] = (box.y0 - candidate.y_px) * this.ratio
      this.instances[at + 7] = (cell % COLUMNS) * this.cellWidth
      this.instances[at + 8] = Math.floor(cell / COLUMNS) * this.cellHeight
      at += LABEL_FLOATS
    }
    this.count = at / LABEL_FLOATS
  }

  /** Bring the bound texture up to date. */
  upload(gl: WebGL2RenderingContext): void {
    if (!this.allocated) {
      this.allocated = true
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, this.width, this.height, 0, gl.RGBA, gl.UNSIGNED_BYTE, null)
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST)
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST)
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE)
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE)
    }
    if (this.dirty.size === 0) return
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false)
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true)
    for (const cell of this.dirty) {
      const job = this.pending.get(cell)
      if (job === undefined) continue
      this.draw(job)
      gl.texSubImage2D(
        gl.TEXTURE_2D,
        0,
        (cell % COLUMNS) * this.cellWidth,
        Math.floor(cell / COLUMNS) * this.cellHeight,
        gl.RGBA,
        gl.UNSIGNED_BYTE,
        this.pen.canvas,
      )
    }
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false)
    this.dirty.clear()
    this.pending.clear()
  }

  private draw(job: { text: LabelText; state: number; stale: boolean; right: boolean; centred: boolean }): void {
    const { pen, ratio, palette } = this
    const [width, height] = this.measure(job.text)
    const left = job.right ? WIDTH_PX - width : job.centred ? (WIDTH_PX - width) / 2 : 0
    pen.clearRect(0, 0, this.cellWidth, this.cellHeight)
    pen.fillStyle = palette.labelBack
    pen.beginPath()
    pen.roundRect(left * ratio, 0, width * ratio, height * ratio, 3 * ratio)
    pen.fill()
    const name = stateNames[job.state] ?? 'unknown'
    const colour = job.stale ? palette.textQuiet : name === 'conforming' ? palette.labelText : palette.state[name]
    pen.textBaseline = 'middle'
    pen.fillStyle = colour
    this.setFont(600)
    pen.fillText(job.text.name, (left + PADDING_PX) * ratio, (2 + LINE_PX / 2) * ratio)
    if (job.text.detail !== null) {
      this.setFont(400)
      pen.fillStyle = palette.text
      pen.fillText(job.text.detail, (left + PADDING_PX) * ratio, (2 + LINE_PX * 1.5) * ratio)
    }
  }
}
