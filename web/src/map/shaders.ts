/** GLSL of the drone layer. All sizes are CSS pixels; positions are Mercator units from the origin. */

const RECKON = /* glsl */ `
// The same sum as live/reckoning.ts: at most 2 s along the last velocity, then still.
vec2 reckoned(vec2 at, vec2 velocity, float age_s) { return at + velocity * clamp(age_s, 0.0, 2.0); }
`

export const symbolVertex = /* glsl */ `#version 300 es
precision highp float;
layout(location = 0) in vec2 a_corner;
layout(location = 1) in vec2 a_at;
layout(location = 2) in vec2 a_velocity;
layout(location = 3) in vec4 a_facts; // age_s, heading, state, row
uniform mat4 u_matrix;
uniform vec2 u_viewport;
uniform float u_size;
uniform float u_elapsed_s;
uniform float u_selected;
uniform float u_hovered;
out vec2 v_point;
flat out vec4 v_facts; // age_s, heading, state, mark (1 hovered, 2 selected)
flat out float v_size;
${RECKON}
void main() {
  float age_s = a_facts.x + u_elapsed_s;
  float mark = a_facts.w == u_selected ? 2.0 : a_facts.w == u_hovered ? 1.0 : 0.0;
  float size = u_size * (a_facts.z > 0.5 ? 1.12 : 1.0) * (mark > 1.5 ? 1.2 : 1.0);
  // The quad is no larger than what is drawn in it: conforming drones, the many, have no ring around them.
  float reach = mark > 0.5 ? size * 1.9 + 9.0 : size * (a_facts.z < 0.5 ? 1.1 : 2.0) + 2.0;
  vec4 centre = u_matrix * vec4(reckoned(a_at, a_velocity, age_s), 0.0, 1.0);
  gl_Position = vec4(centre.xy + a_corner * reach * 2.0 / u_viewport * centre.w, 0.0, centre.w);
  v_point = a_corner * reach;
  v_facts = vec4(age_s, a_facts.y, a_facts.z, mark);
  v_size = size;
}`

export const symbolFragment = /* glsl */ `#version 300 es
precision highp float;
in vec2 v_point;
flat in vec4 v_facts;
flat in float v_size;
uniform vec3 u_colours[6];
uniform vec3 u_stale;
uniform vec3 u_halo;
uniform vec3 u_accent;
uniform float u_pixel; // one device pixel in CSS pixels
out vec4 colour;

// An arrowhead from its two edges, mirrored: a bound of the distance, exact where it is drawn.
float arrow(vec2 p, float s) {
  p.x = abs(p.x);
  float flank = dot(p - vec2(0.0, 1.05) * s, vec2(0.935, 0.3543));
  float notch = dot(p - vec2(0.0, -0.42) * s, vec2(-0.5128, -0.8585));
  return max(flank, notch);
}
float diamond(vec2 p, float s) { return (abs(p.x) + abs(p.y) - s) * 0.7071; }
float cover(float d) { return 1.0 - smoothstep(-0.5 * u_pixel, 0.7 * u_pixel, d); }
void over(inout vec4 under, vec3 c, float a) { under = vec4(c * a, a) + under * (1.0 - a); }

void main() {
  float s = v_size;
  float heading = v_facts.y;
  int state = int(v_facts.z + 0.5);
  bool headed = heading > -9.0;
  vec2 ahead = headed ? vec2(sin(heading), cos(heading)) : vec2(0.0, 1.0);
  vec2 p = vec2(dot(v_point, vec2(ahead.y, -ahead.x)), dot(v_point, ahead));
  float r = length(v_point);
  float thin = max(1.2, s * 0.16);

  float body;          // the filled part
  float mark = 1e3;    // what doubles the colour: ring, square, dashes
  if (state == 4) body = diamond(v_point, 0.85 * s);
  else if (state == 5) { body = r - 0.3 * s; mark = abs(r - 0.85 * s) - thin * 0.5; }
  else if (headed) body = arrow(p, s);
  else body = r - 0.6 * s;
  if (state == 3) {
    body = abs(body + thin * 0.4) - thin * 0.55;
    float dash = abs(fract(atan(v_point.y, v_point.x) / 6.2831853 * 8.0) - 0.5) - 0.28;
    mark = max(abs(r - 1.5 * s) - thin * 0.5, dash * 6.2831853 * r / 8.0);
  }
  if (state == 1) mark = abs(r - 1.5 * s) - thin * 0.5;
  if (state == 2) {
    vec2 b = abs(v_point) - 1.38 * s;
    mark = abs(length(max(b, 0.0)) + min(max(b.x, b.y), 0.0)) - thin * 0.65;
  }
  if (state == 4 && headed) mark = max(abs(p.x) - thin * 0.5, max(0.8 * s - p.y, p.y - 1.6 * s));

  float old = smoothstep(2.0, 2.3, v_facts.x);
  vec3 c = mix(u_colours[state], u_stale, old * (state == 0 ? 1.0 : 0.75));
  float d = min(body, mark);
  colour = vec4(0.0);
  over(colour, u_halo, 0.85 * (1.0 - smoothstep(0.2, 1.8, d)));
  over(colour, c, cover(d));
  if (v_facts.w > 0.5) {
    float ring = s * 1.9 + 5.0;
    float corner = v_facts.w > 1.5 ? 1.0 : step(0.5, abs(fract(atan(v_point.y, v_point.x) / 6.2831853 * 4.0) - 0.5) * 2.0);
    over(colour, u_halo, 0.7 * corner * cover(abs(r - ring) - 1.8));
    over(colour, u_accent, corner * cover(abs(r - ring) - (v_facts.w > 1.5 ? 0.9 : 0.7)));
  }
}`

export const leaderVertex = /* glsl */ `#version 300 es
precision highp float;
layout(location = 0) in vec2 a_corner;
layout(location = 1) in vec2 a_at;
layout(location = 2) in vec2 a_velocity;
layout(location = 3) in vec4 a_facts;
uniform mat4 u_matrix;
uniform vec2 u_viewport;
uniform float u_elapsed_s;
uniform float u_lead_s;
uniform float u_pixel;
flat out float v_state;
${RECKON}
void main() {
  float age_s = a_facts.x + u_elapsed_s;
  vec2 here = reckoned(a_at, a_velocity, age_s);
  vec4 from = u_matrix * vec4(here, 0.0, 1.0);
  vec4 to = u_matrix * vec4(here + a_velocity * u_lead_s, 0.0, 1.0);
  vec2 line = (to.xy / to.w - from.xy / from.w) * u_viewport * 0.5;
  float length_px = length(line);
  vec2 across = length_px > 0.0 ? vec2(-line.y, line.x) / length_px : vec2(0.0);
  vec4 at = mix(from, to, a_corner.y * 0.5 + 0.5);
  // An old position has no future worth drawing.
  float width = age_s > 2.0 || length_px < 4.0 ? 0.0 : max(1.2, u_pixel);
  gl_Position = vec4(at.xy + across * a_corner.x * width / u_viewport * at.w, 0.0, at.w);
  v_state = a_facts.z;
}`

export const leaderFragment = /* glsl */ `#version 300 es
precision highp float;
flat in float v_state;
uniform vec3 u_colours[6];
out vec4 colour;
void main() { colour = vec4(u_colours[int(v_state + 0.5)], 1.0) * 0.55; }`

export const labelVertex = /* glsl */ `#version 300 es
precision highp float;
layout(location = 0) in vec2 a_corner;
layout(location = 1) in vec2 a_at;
layout(location = 2) in vec2 a_velocity;
layout(location = 3) in float a_age_s;
layout(location = 4) in vec4 a_box;  // offset of the top left corner from the symbol, device pixels right and down; texel origin
uniform mat4 u_matrix;
uniform vec2 u_viewport; // device pixels
uniform vec2 u_label;    // device pixels
uniform vec2 u_atlas;    // texels
uniform float u_elapsed_s;
out vec2 v_texel;
${RECKON}
void main() {
  vec4 at = u_matrix * vec4(reckoned(a_at, a_velocity, a_age_s + u_elapsed_s), 0.0, 1.0);
  vec2 centre = (at.xy / at.w * vec2(0.5, -0.5) + 0.5) * u_viewport;
  vec2 unit = a_corner * vec2(0.5, -0.5) + 0.5;
  // Whole device pixels keep the text sharp.
  vec2 px = floor(centre + a_box.xy + 0.5) + unit * u_label;
  gl_Position = vec4((px / u_viewport - 0.5) * vec2(2.0, -2.0), 0.0, 1.0);
  v_texel = (a_box.zw + unit * u_label) / u_atlas;
}`

export const labelFragment = /* glsl */ `#version 300 es
precision highp float;
in vec2 v_texel;
uniform sampler2D u_text;
out vec4 colour;
void main() { colour = texture(u_text, v_texel); }`
