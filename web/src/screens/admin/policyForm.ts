/** The policy as a flat form: numbers and switches by name, and the body that changes only what was changed. */

export type Simple = number | boolean
export type Flat = Readonly<Record<string, Simple>>
type Document = Readonly<Record<string, unknown>>

const simple = (value: unknown): value is Simple => typeof value === 'number' || typeof value === 'boolean'

/** Members that are numbers or switches, those one level down as `outer.inner`; lists and rules are left out. */
export function flatten(policy: Document): Flat {
  const found: Record<string, Simple> = {}
  for (const [name, value] of Object.entries(policy)) {
    if (name === 'version' || name === 'sources' || name === 'rules') continue
    if (simple(value)) found[name] = value
    else if (value !== null && typeof value === 'object' && !Array.isArray(value)) for (const [inner, each] of Object.entries(value)) if (simple(each)) found[`${name}.${inner}`] = each
  }
  return found
}

/** The body that makes `before` into `after`; members one level down are sent whole. */
export function changeOf(policy: Document, after: Flat): Document {
  const before = flatten(policy)
  const body: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(after)) {
    if (before[name] === value || before[name] === undefined) continue
    const [outer, inner] = name.split('.') as [string, string | undefined]
    if (inner === undefined) body[outer] = value
    else body[outer] = { ...(policy[outer] as object), ...((body[outer] as object | undefined) ?? {}), [inner]: value }
  }
  return body
}
