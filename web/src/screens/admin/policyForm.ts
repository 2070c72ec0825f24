/** The policy as a form: every member with the kind of field it needs, and the body that changes only what was changed. */

import known from './policyChoices.json'

export type Document = Readonly<Record<string, unknown>>
export type Kind = 'switch' | 'number' | 'maybe_number' | 'text' | 'choice' | 'choices' | 'numbers' | 'wind' | 'separation_rules' | 'cell_limits' | 'class_limits' | 'class_limit' | 'triggers' | 'json'
export interface Member {
  /** `outer` or `outer.inner`. */
  readonly path: string
  readonly kind: Kind
}

export const operationTypes: readonly string[] = known.operation_types
export const aircraftClasses: readonly string[] = known.aircraft_classes
export const triggers: readonly string[] = known.triggers
export const classLimits: readonly (readonly [string, 'number' | 'switch'])[] = Object.entries(known.class_limits).map(([name, kind]) => [name, kind === 'switch' ? 'switch' : 'number'])

const groups = new Set(['separation', 'tolerance', 'rules'])
const special: Readonly<Record<string, Kind>> = {
  wind: 'wind',
  separation_rules: 'separation_rules',
  cell_limits: 'cell_limits',
  offer_layers_agl_m: 'numbers',
  'rules.class_limits': 'class_limits',
  'rules.agricultural_limits': 'class_limit',
  'rules.assumed_triggers': 'triggers',
}
const choices: Readonly<Record<string, readonly string[]>> = known.choices
const lists: Readonly<Record<string, readonly string[]>> = known.lists

export const choicesOf = (path: string): readonly string[] => choices[path] ?? lists[path] ?? []

function kindOf(path: string, value: unknown): Kind {
  if (path in special) return special[path]!
  if (path in choices) return 'choice'
  if (path in lists) return 'choices'
  if (typeof value === 'boolean') return 'switch'
  if (typeof value === 'number') return 'number'
  if (typeof value === 'string') return 'text'
  return value === null ? 'maybe_number' : 'json'
}

/** Every member in the order of the policy; the members of groups one by one. */
export function membersOf(policy: Document): readonly Member[] {
  return Object.entries(policy).flatMap(([name, value]): Member[] => {
    if (name === 'version' || name === 'sources') return []
    if (!groups.has(name)) return [{ path: name, kind: kindOf(name, value) }]
    return Object.entries(value as Document).map(([inner, each]) => ({ path: `${name}.${inner}`, kind: kindOf(`${name}.${inner}`, each) }))
  })
}

export function valueAt(policy: Document, path: string): unknown {
  const [outer, inner] = path.split('.') as [string, string | undefined]
  return inner === undefined ? policy[outer] : (policy[outer] as Document | undefined)?.[inner]
}

export function withValue(policy: Document, path: string, value: unknown): Document {
  const [outer, inner] = path.split('.') as [string, string | undefined]
  return { ...policy, [outer]: inner === undefined ? value : { ...(policy[outer] as object), [inner]: value } }
}

/** Where a number comes from: kept by the member, those of the rule clock with their group, others by their group. */
export const sourceKey = (path: string): string => (path.startsWith('rules.') ? path : path.split('.')[0]!)
export const sourceOf = (policy: Document, path: string): string => ((policy['sources'] ?? {}) as Readonly<Record<string, string>>)[sourceKey(path)] ?? ''
export const withSource = (policy: Document, path: string, text: string): Document => {
  const { [sourceKey(path)]: _before, ...others } = (policy['sources'] ?? {}) as Record<string, string>
  return { ...policy, sources: text.trim() === '' ? others : { ...others, [sourceKey(path)]: text } }
}

/** Equal as values, whatever the order of members. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [a as Document, b as Document]
  const names = new Set([...Object.keys(left), ...Object.keys(right)])
  return [...names].every((name) => same(left[name], right[name]))
}

/** The body that makes `before` into `after`: changed members only, groups with their changed members, lists whole. */
export function changeOf(before: Document, after: Document): Document {
  const body: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(after)) {
    if (name === 'version' || same(before[name], value)) continue
    if (name === 'sources' || name === 'rules') {
      const [old, now] = [(before[name] ?? {}) as Document, value as Document]
      const changed = Object.entries(now).filter(([inner, each]) => !same(old[inner], each))
      const gone = name === 'sources' ? Object.keys(old).filter((inner) => !(inner in now)) : []
      body[name] = Object.fromEntries([...changed, ...gone.map((inner) => [inner, null] as const)])
    } else body[name] = value
  }
  return body
}

/** A row of a table: texts, numbers, or nothing. */
export type Row = Readonly<Record<string, string | number | null>>
export interface Column {
  readonly name: string
  readonly kind: 'number' | 'text' | 'choice'
  readonly choices?: readonly string[]
}

export const ruleColumns: readonly Column[] = [
  { name: 'operation_type', kind: 'choice', choices: operationTypes },
  { name: 'aircraft_class', kind: 'choice', choices: aircraftClasses },
  { name: 'corridor_id', kind: 'text' },
  { name: 'zone_id', kind: 'text' },
  { name: 'weather', kind: 'text' },
  { name: 'horizontal_m', kind: 'number' },
  { name: 'vertical_m', kind: 'number' },
  { name: 'time_buffer_s', kind: 'number' },
  { name: 'source', kind: 'text' },
]
export const cellColumns: readonly Column[] = [
  { name: 'cell', kind: 'text' },
  { name: 'max_flights', kind: 'number' },
  { name: 'from_hour', kind: 'number' },
  { name: 'to_hour', kind: 'number' },
  { name: 'source', kind: 'text' },
]
const conditions = ruleColumns.slice(0, 5).map(({ name }) => name)
const minima = ruleColumns.slice(5, 8).map(({ name }) => name)

const given = (row: Row, names: readonly string[]): Record<string, string | number> =>
  Object.fromEntries(names.flatMap((name) => (row[name] === null || row[name] === undefined || row[name] === '' ? [] : [[name, row[name]]])))

/** A separation rule as a flat row, and back. */
export const rowOfRule = (rule: Document): Row => ({ ...((rule['when'] ?? {}) as Row), ...((rule['separation'] ?? {}) as Row), source: (rule['source'] as string | null | undefined) ?? null })
export const ruleOfRow = (row: Row): Document => ({ when: given(row, conditions), separation: given(row, minima), ...given(row, ['source']) })
export const cellOfRow = (row: Row): Document => given(row, cellColumns.map(({ name }) => name))
