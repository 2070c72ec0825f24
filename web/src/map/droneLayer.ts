/**
 * The drones as one MapLibre custom layer: one instanced draw for leaders, one for symbols, one for labels.
 *
 * A frame from the feed is uploaded as it is; between frames only a uniform (seconds elapsed) changes and the vertex
 * shader moves every symbol on. The origin is folded into the matrix in 64-bit floats, so 32 bits do for the rest.
 */

import type { CustomLayerInterface, CustomRenderMethodInput } from 'maplibre-gl'
import { epochMs } from '../live/clock'
import { stateNames } from '../live/decode'
import type { Frame } from '../live/liveFeed'
import { mercatorX, mercatorY } from '../live/mercator'
import { PACKED_BYTES, type Origin } from '../live/trackStore'
import { LABEL_FLOATS, type LabelSheet } from './droneLabels'
import { rgb, type Palette } from './palette'
import { uiScale } from './uiScale'
import { makeProgram, type Program } from './program'
import { labelFragment, labelVertex, leaderFragment, leaderVertex, symbolFragment, symbolVertex } from './shaders'

const LEAD_S = 10
const LEADERS_FROM_ZOOM = 12.5

/** Half the height of a symbol in CSS pixels. */
export const symbolSizePx = (zoom: number, crowd: number): number => {
  const base = crowd > 2000 ? 3.6 : crowd > 400 ? 5 : 6.2
  return (base + Math.max(0, Math.min(zoom, 16) - 10) * (crowd > 2000 ? 1.05 : 0.75)) * uiScale
}

interface Resources {
  readonly symbols: Program
  readonly leaders: Program
  readonly labels: Program
  readonly corners: WebGLBuffer
  readonly drones: WebGLBuffer
  readonly labelBoxes: WebGLBuffer
  readonly droneArray: WebGLVertexArrayObject
  readonly labelArray: WebGLVertexArrayObject
  readonly atlas: WebGLTexture
}

export class DroneLayer implements CustomLayerInterface {
  readonly id = 'drones'
  readonly type = 'custom' as const
  readonly renderingMode = '2d' as const
  private resources: Resources | null = null
  private frame: Frame | null = null
  private frameChanged = false
  private readonly origin: { x: number; y: number }
  private readonly matrix = new Float32Array(16)
  private palette: Palette
  /** Row that is drawn as selected or hovered; -1 for none. */
  selectedRow = -1
  hoveredRow = -1
  zoom = 0
  drawn = 0

  constructor(
    place: Origin,
    palette: Palette,
    private readonly sheet: LabelSheet,
  ) {
    this.origin = { x: mercatorX(place.lon_deg), y: mercatorY(place.lat_deg) }
    this.palette = palette
  }

  setPalette(palette: Palette): void {
    this.palette = palette
  }

  setFrame(frame: Frame): void {
    this.frame = frame
    this.frameChanged = true
  }

  onAdd(_map: unknown, gl: WebGL2RenderingContext): void {
    const corners = gl.createBuffer()
    gl.bindBuffer(gl.ARRAY_BUFFER, corners)
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]), gl.STATIC_DRAW)
    const attribute = (at: number, size: number, stride: number, offset: number, each: number) => {
      gl.enableVertexAttribArray(at)
      gl.vertexAttribPointer(at, size, gl.FLOAT, false, stride, offset)
      gl.vertexAttribDivisor(at, each)
    }
    const droneArray = gl.createVertexArray()
    gl.bindVertexArray(droneArray)
    attribute(0, 2, 0, 0, 0)
    const drones = gl.createBuffer()
    gl.bindBuffer(gl.ARRAY_BUFFER, drones)
    attribute(1, 2, PACKED_BYTES, 0, 1)
    attribute(2, 2, PACKED_BYTES, 8, 1)
    attribute(3, 4, PACKED_BYTES, 16, 1)
    const labelArray = gl.createVertexArray()
    gl.bindVertexArray(labelArray)
    gl.bindBuffer(gl.ARRAY_BUFFER, corners)
    attribute(0, 2, 0, 0, 0)
    const labelBoxes = gl.createBuffer()
    gl.bindBuffer(gl.ARRAY_BUFFER, labelBoxes)
    const stride = LABEL_FLOATS * 4
    attribute(1, 2, stride, 0, 1)
    attribute(2, 2, stride, 8, 1)
    attribute(3, 1, stride, 16, 1)
    attribute(4, 4, stride, 20, 1)
    gl.bindVertexArray(null)
    gl.bindBuffer(gl.ARRAY_BUFFER, null)
    this.resources = {
      symbols: makeProgram(gl, symbolVertex, symbolFragment),
      leaders: makeProgram(gl, leaderVertex, leaderFragment),
      labels: makeProgram(gl, labelVertex, labelFragment),
      corners,
      drones,
      labelBoxes,
      droneArray,
      labelArray,
      atlas: gl.createTexture(),
    }
    this.sheet.invalidate()
    this.frameChanged = true
  }

  onRemove(_map: unknown, gl: WebGL2RenderingContext): void {
    const r = this.resources
    this.resources = null
    if (r === null) return
    for (const program of [r.symbols, r.leaders, r.labels]) gl.deleteProgram(program.handle)
    for (const buffer of [r.corners, r.drones, r.labelBoxes]) gl.deleteBuffer(buffer)
    gl.deleteVertexArray(r.droneArray)
    gl.deleteVertexArray(r.labelArray)
    gl.deleteTexture(r.atlas)
  }

  render(gl: WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    const r = this.resources
    const frame = this.frame
    if (r === null || frame === null) return
    // While a page covers the map it takes no frames, and the last one's buffer has gone back to the worker.
    if (frame.data.length === 0 && frame.count > 0) return
    if (this.frameChanged) {
      this.frameChanged = false
      gl.bindBuffer(gl.ARRAY_BUFFER, r.drones)
      gl.bufferData(gl.ARRAY_BUFFER, frame.data.subarray(0, frame.shown * (PACKED_BYTES / 4)), gl.STREAM_DRAW)
    }
    this.drawn = frame.shown
    if (frame.shown === 0) return
    this.foldOrigin(input.defaultProjectionData.mainMatrix)
    const elapsed_s = (epochMs() - frame.packed_at_ms) / 1000
    gl.disable(gl.DEPTH_TEST)
    gl.disable(gl.STENCIL_TEST)
    gl.disable(gl.CULL_FACE)
    gl.enable(gl.BLEND)
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
    gl.bindVertexArray(r.droneArray)
    if (this.zoom >= LEADERS_FROM_ZOOM) this.drawLeaders(gl, r.leaders, frame, elapsed_s)
    this.drawSymbols(gl, r.symbols, frame, elapsed_s)
    this.drawLabels(gl, r, elapsed_s)
    gl.bindVertexArray(null)
  }

  private foldOrigin(m: ArrayLike<number>): void {
    const { x, y } = this.origin
    for (let i = 0; i < 12; i++) this.matrix[i] = m[i]!
    for (let i = 0; i < 4; i++) this.matrix[12 + i] = m[i]! * x + m[4 + i]! * y + m[12 + i]!
  }

  private common(gl: WebGL2RenderingContext, program: Program, elapsed_s: number): void {
    gl.useProgram(program.handle)
    const ratio = window.devicePixelRatio
    gl.uniformMatrix4fv(program.uniform('u_matrix'), false, this.matrix)
    gl.uniform2f(program.uniform('u_viewport'), gl.drawingBufferWidth / ratio, gl.drawingBufferHeight / ratio)
    gl.uniform1f(program.uniform('u_elapsed_s'), elapsed_s)
    gl.uniform1f(program.uniform('u_pixel'), 1 / ratio)
    gl.uniform3fv(program.uniform('u_colours[0]'), stateNames.flatMap((name) => rgb(this.palette.state[name])))
  }

  private drawLeaders(gl: WebGL2RenderingContext, program: Program, frame: Frame, elapsed_s: number): void {
    this.common(gl, program, elapsed_s)
    gl.uniform1f(program.uniform('u_lead_s'), LEAD_S)
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, frame.shown)
  }

  private drawSymbols(gl: WebGL2RenderingContext, program: Program, frame: Frame, elapsed_s: number): void {
    this.common(gl, program, elapsed_s)
    gl.uniform1f(program.uniform('u_size'), symbolSizePx(this.zoom, frame.shown))
    gl.uniform1f(program.uniform('u_selected'), this.selectedRow)
    gl.uniform1f(program.uniform('u_hovered'), this.hoveredRow)
    gl.uniform3fv(program.uniform('u_stale'), rgb(this.palette.stale))
    gl.uniform3fv(program.uniform('u_halo'), rgb(this.palette.halo))
    gl.uniform3fv(program.uniform('u_accent'), rgb(this.palette.accent))
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, frame.shown)
  }

  private drawLabels(gl: WebGL2RenderingContext, r: Resources, elapsed_s: number): void {
    const sheet = this.sheet
    gl.activeTexture(gl.TEXTURE0)
    gl.bindTexture(gl.TEXTURE_2D, r.atlas)
    sheet.upload(gl)
    if (sheet.count === 0) return
    gl.bindBuffer(gl.ARRAY_BUFFER, r.labelBoxes)
    gl.bufferData(gl.ARRAY_BUFFER, sheet.instances.subarray(0, sheet.count * LABEL_FLOATS), gl.STREAM_DRAW)
    gl.useProgram(r.labels.handle)
    gl.uniformMatrix4fv(r.labels.uniform('u_matrix'), false, this.matrix)
    gl.uniform2f(r.labels.uniform('u_viewport'), gl.drawingBufferWidth, gl.drawingBufferHeight)
    gl.uniform2f(r.labels.uniform('u_label'), sheet.cellWidth, sheet.cellHeight)
    gl.uniform2f(r.labels.uniform('u_atlas'), sheet.width, sheet.height)
    gl.uniform1f(r.labels.uniform('u_elapsed_s'), elapsed_s)
    gl.uniform1i(r.labels.uniform('u_text'), 0)
    gl.bindVertexArray(r.labelArray)
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, sheet.count)
  }
}
