/** A linked WebGL2 program with its uniforms by name. */

export interface Program {
  readonly handle: WebGLProgram
  readonly uniform: (name: string) => WebGLUniformLocation | null
}

export function makeProgram(gl: WebGL2RenderingContext, vertex: string, fragment: string): Program {
  const handle = gl.createProgram()
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(kind)
    if (shader === null) throw new Error('WebGL context lost')
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    if (gl.getShaderParameter(shader, gl.COMPILE_STATUS) !== true && !gl.isContextLost()) {
      throw new Error(`shader: ${gl.getShaderInfoLog(shader)}`)
    }
    gl.attachShader(handle, shader)
  }
  gl.linkProgram(handle)
  if (gl.getProgramParameter(handle, gl.LINK_STATUS) !== true && !gl.isContextLost()) {
    throw new Error(`program: ${gl.getProgramInfoLog(handle)}`)
  }
  const known = new Map<string, WebGLUniformLocation | null>()
  return {
    handle,
    uniform: (name) => {
      let location = known.get(name)
      if (location === undefined) {
        location = gl.getUniformLocation(handle, name)
        known.set(name, location)
      }
      return location
    },
  }
}
