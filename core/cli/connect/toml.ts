import { stringify } from 'smol-toml'
import { type Edit, isObject, type Values } from './values.ts'

/**
 * Changes simple values of a TOML text line by line, so that comments and order stay. It looks at lines only and can
 * be wrong about texts over several lines and tables in one: whoever calls compares what came out.
 */
export function editToml(text: string, edits: readonly Edit[]): string {
  const settings = edits.flatMap(({ path, value }) => leaves(path.map(String), value))
  return settings.reduce((lines, setting) => put(lines, setting), text.split('\n')).join('\n')
}

interface Setting {
  readonly table: readonly string[]
  readonly key: string
  readonly value: unknown
}

function leaves(path: readonly string[], value: unknown): Setting[] {
  if (isObject(value)) return Object.entries(value).flatMap(([key, part]) => leaves([...path, key], part))
  return [{ table: path.slice(0, -1), key: path.at(-1) ?? '', value }]
}

function put(lines: readonly string[], { table, key, value }: Setting): string[] {
  const line = assignment({ [key]: value })
  const begin = table.length === 0 ? 0 : lines.findIndex(text => headerOf(text) === dotted(table)) + 1
  if (table.length > 0 && begin === 0) {
    const last = lines.findLastIndex(text => text.trim() !== '')
    return [...lines.slice(0, last + 1), ...(last >= 0 ? [''] : []), `[${dotted(table)}]`, line, '']
  }
  const next = lines.findIndex((text, index) => index >= begin && text.trimStart().startsWith('['))
  const end = next < 0 ? lines.length : next
  const place = lines.findIndex((text, index) => index >= begin && index < end && keyOf(text) === bare(key))
  if (place >= 0) return lines.with(place, line)
  const last = lines.findLastIndex((text, index) => index >= begin && index < end && text.trim() !== '')
  const after = Math.max(begin, last + 1)
  return [...lines.slice(0, after), line, ...lines.slice(after)]
}

function headerOf(line: string): string | undefined {
  return /^\s*\[([^[\]]+)\]\s*(#.*)?$/
    .exec(line)?.[1]
    ?.replaceAll(/\s*\.\s*/g, '.')
    .trim()
}

function keyOf(line: string): string | undefined {
  return /^\s*([\w-]+|"[^"]*")\s*=/.exec(line)?.[1]
}

function dotted(table: readonly string[]): string {
  return table.map(bare).join('.')
}

function bare(key: string): string {
  return /^[\w-]+$/.test(key) ? key : JSON.stringify(key)
}

function assignment(setting: Values): string {
  return stringify(setting).trimEnd()
}
