/**
 * A chart as a picture. Drawn on a canvas from the chart's own shapes, since the page's policy admits no blob: images.
 */

const SCALE = 2
const MARGIN = 24
const TITLE_HEIGHT = 36

/** Return the picture of an SVG of rects, lines, paths, circles and texts, as it looks on the page, under its title. */
export function pngOf(svg: SVGSVGElement, title: string): Promise<Blob | null> {
  const { width, height } = svg.viewBox.baseVal
  const canvas = document.createElement('canvas')
  canvas.width = (width + 2 * MARGIN) * SCALE
  canvas.height = (height + TITLE_HEIGHT + 2 * MARGIN) * SCALE
  const pen = canvas.getContext('2d')
  if (pen === null) return Promise.resolve(null)
  const page = getComputedStyle(document.body)
  pen.scale(SCALE, SCALE)
  pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--panel-solid') || page.backgroundColor
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.fillStyle = page.color
  pen.font = `600 16px ${page.fontFamily}`
  pen.fillText(title, MARGIN, MARGIN + 14)
  pen.translate(MARGIN, MARGIN + TITLE_HEIGHT)
  for (const shape of svg.querySelectorAll('rect, line, path, circle, text')) draw(pen, shape as SVGGraphicsElement)
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))
}

function draw(pen: CanvasRenderingContext2D, shape: SVGGraphicsElement): void {
  const style = getComputedStyle(shape)
  if (style.display === 'none' || style.visibility === 'hidden') return
  const value = (name: string): number => Number(shape.getAttribute(name) ?? 0)
  pen.save()
  pen.globalAlpha = Number(style.opacity)
  if (shape instanceof SVGTextElement) {
    pen.fillStyle = style.fill
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`
    pen.textAlign = ({ middle: 'center', end: 'right' } as const)[style.textAnchor] ?? 'left'
    pen.fillText(shape.textContent ?? '', value('x'), value('y'))
    pen.restore()
    return
  }
  const outline = new Path2D(shape instanceof SVGPathElement ? (shape.getAttribute('d') ?? '') : '')
  if (shape instanceof SVGRectElement) outline.rect(value('x'), value('y'), value('width'), value('height'))
  if (shape instanceof SVGCircleElement) outline.arc(value('cx'), value('cy'), value('r'), 0, 2 * Math.PI)
  if (shape instanceof SVGLineElement) {
    outline.moveTo(value('x1'), value('y1'))
    outline.lineTo(value('x2'), value('y2'))
  }
  if (style.fill !== 'none') {
    pen.globalAlpha = Number(style.opacity) * Number(style.fillOpacity)
    pen.fillStyle = style.fill
    pen.fill(outline)
    pen.globalAlpha = Number(style.opacity)
  }
  if (style.stroke !== 'none') {
    pen.strokeStyle = style.stroke
    pen.lineWidth = parseFloat(style.strokeWidth)
    pen.setLineDash(style.strokeDasharray === 'none' ? [] : style.strokeDasharray.split(/[ ,]+/).map(parseFloat))
    pen.stroke(outline)
  }
  pen.restore()
}
