import { stringify as toml } from 'smol-toml'
import { stringify as yaml } from 'yaml'
import type { ClientPart, ClientRecipe } from '../contract/clients.ts'

/** What of this server goes into a recipe. */
export interface Place {
  /** `http://127.0.0.1:4673` */
  readonly address: string
  /** What clients of OpenAI call their base address: the same with `/v1`. */
  readonly base: string
  readonly model: string
  /** For clients that insist on a key: it means nothing where none is required. */
  readonly key: string
  readonly needsKey: boolean
  /** Tokens that prompt and answer may have together; null where nobody has read the file yet. */
  readonly contextLength: number | null
  readonly callsTools: boolean
  readonly fillsGaps: boolean
}

/** A client and what to do in it, as a function of the place. Pure. */
export type Recipe = (place: Place) => ClientRecipe

type Value = Readonly<Record<string, unknown>>

/** A file of the client's settings. Whatever else it says stays; `fresh` is what only a new file gets. */
export function file(
  format: 'json' | 'yaml' | 'toml',
  paths: readonly string[],
  value: Value,
  fresh: Value = {},
): ClientPart {
  const write = { json: (all: Value) => `${JSON.stringify(all, null, 2)}\n`, yaml, toml }[format]
  const [first = ''] = paths
  // Through JSON: what is left open is left out.
  const plain = JSON.parse(JSON.stringify(value)) as Record<string, unknown>
  return {
    kind: 'file',
    place: first,
    paths: [...paths],
    format,
    text: ended(write({ ...fresh, ...plain })),
    value: plain,
  }
}

export function text(place: string, language: string, lines: readonly string[]): ClientPart {
  return { kind: 'text', place, language, text: ended(lines.join('\n')) }
}

/** Fields of a dialog, in the words that it shows. */
export function form(place: string, fields: Readonly<Record<string, string>>): ClientPart {
  const list = Object.entries(fields).map(([label, value]) => ({ label, value }))
  return { kind: 'form', place, fields: list }
}

/** Lines that set variables in a shell. */
export function exports(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`)
}

function quoted(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`
}

function ended(lines: string): string {
  return `${lines.trimEnd()}\n`
}

/** The length of answers to leave room for: a quarter of the context, as agents that ask for it do by themselves. */
export function answerLength(contextLength: number): number {
  return Math.min(8192, Math.floor(contextLength / 4))
}
