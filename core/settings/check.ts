import type { z } from 'zod'
import { type Settings, settingsSchema } from '../contract/settings.ts'
import { isObject, type Leaf, type Tree, withValue } from './leaves.ts'
import type { Override } from './overrides.ts'

export interface Fault {
  /** The setting's path; empty for the whole. */
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** Lays the overrides over the file's values and checks the whole. */
export function checkSettings(
  file: Tree,
  overrides: readonly Override[],
): { settings: Settings } | { fault: Fault } {
  let tree = file
  for (const { leaf, value } of overrides) tree = withValue(tree, leaf.path, value)
  const parsed = settingsSchema.safeParse(tree, { error: plainWords })
  if (parsed.success) return { settings: parsed.data }
  const [issue] = parsed.error.issues
  return { fault: { path: issue?.path ?? [], message: issue?.message ?? 'not valid' } }
}

function plainWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_type') return undefined
  const expected = { int: 'a whole number', number: 'a number', object: 'an object', array: 'a list' }[
    String(issue.expected)
  ]
  return `must be ${expected ?? `a ${issue.expected}`}`
}

export interface UnknownKey {
  readonly path: readonly string[]
  /** A setting whose name differs only in case, dashes or one letter. */
  readonly meant: string | undefined
}

/** Keys of the file that are no settings, each with what was probably meant. */
export function unknownKeys(file: Tree, leaves: readonly Leaf[]): UnknownKey[] {
  const known = new Set(
    leaves.flatMap(({ path }) => path.map((_, depth) => path.slice(0, depth + 1).join('.'))),
  )
  const unknown: UnknownKey[] = []
  const visit = (tree: Tree, path: readonly string[]): void => {
    for (const [name, value] of Object.entries(tree)) {
      const here = [...path, name]
      const key = here.join('.')
      if (!known.has(key))
        unknown.push({ path: here, meant: [...known].find(other => isMisspelt(key, other)) })
      else if (isObject(value)) visit(value, here)
    }
  }
  visit(file, [])
  return unknown
}

/** The same but for case and punctuation, or one letter too many, too few or wrong, in the same section. */
function isMisspelt(key: string, known: string): boolean {
  const [section, name] = split(key)
  const [knownSection, knownName] = split(known)
  if (section !== knownSection) return false
  const a = plain(name)
  const b = plain(knownName)
  if (a === b) return true
  if (Math.min(a.length, b.length) < 4 || Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  let end = 0
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++
  return Math.max(a.length, b.length) - start - end <= 1
}

function split(key: string): [section: string, name: string] {
  const dot = key.lastIndexOf('.')
  return [key.slice(0, Math.max(0, dot)), key.slice(dot + 1)]
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z]/g, '')
}
