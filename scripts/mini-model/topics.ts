import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../gguf/random.ts'
import { withFacts } from './facts.ts'
import { type FrameKind, frames, heldFrames } from './frames.ts'
import { alternatives, asTyped, expand, reworded } from './phrasing.ts'

/**
 * One thing that the model can answer. The files in topics/ hold them as a writer edits them:
 *
 *     # id
 *     do: verb phrases           framed as "how do i …"
 *     what: things               framed as "what is …"
 *     where: things              framed as "where is …"
 *     q: questions as they are
 *     held: a question never trained on, for measuring
 *     key: what a right answer must contain; several with ;
 *     a: the answer; its first sentence alone is the short answer
 */
export interface Topic {
  readonly id: string
  readonly asks: readonly { readonly kind: FrameKind | 'q'; readonly templates: readonly string[] }[]
  readonly held: readonly string[]
  readonly keys: readonly string[]
  readonly answer: string
  /** As much of the answer as no other topic's begins with. */
  readonly start: string
}

const folder = join(import.meta.dirname, 'topics')

export function readTopics(): Topic[] {
  const topics = readdirSync(folder)
    .sort()
    .flatMap(file => parseTopics(readFileSync(join(folder, file), 'utf8'), file))
  return topics.map(topic => ({ ...topic, start: ownStart(topic.answer, topics) }))
}

/** Whole words of an answer, up to where it differs from all others, and a word more. */
function ownStart(answer: string, topics: readonly { readonly answer: string }[]): string {
  const words = answer.split(' ')
  for (let count = 2; count < words.length; count++) {
    const start = words.slice(0, count).join(' ')
    if (topics.filter(other => other.answer.startsWith(start)).length === 1)
      return words.slice(0, count + 1).join(' ')
  }
  return answer
}

/** Throws with the file's name and the topic's when something is missing, or an answer lacks its own keys. */
export function parseTopics(text: string, file: string): Topic[] {
  return text
    .split(/^# /m)
    .slice(1)
    .map(block => {
      const [id = '', ...lines] = block.trim().split('\n')
      const entries = lines.filter(Boolean).map(line => {
        const [, kind = '', rest = ''] = /^(\w+): (.*)$/.exec(line) ?? []
        if (!['do', 'what', 'where', 'q', 'held', 'key', 'a'].includes(kind))
          throw new Error(`${file}, ${id}: cannot read "${line}"`)
        return { kind, rest: withFacts(rest) }
      })
      const of = (kind: string) => entries.filter(entry => entry.kind === kind).map(entry => entry.rest)
      const answer = of('a')[0] ?? ''
      const keys = of('key').flatMap(line => line.split(';'))
      const missing = keys.filter(key => !answer.toLowerCase().includes(key.toLowerCase()))
      if (answer === '' || keys.length === 0) throw new Error(`${file}, ${id}: needs an answer and a key`)
      if (missing.length > 0)
        throw new Error(`${file}, ${id}: the answer does not contain ${missing.join(', ')}`)
      const asks = (['do', 'what', 'where', 'q'] as const)
        .map(kind => ({ kind, templates: of(kind).flatMap(alternatives) }))
        .filter(ask => ask.templates.length > 0)
      return { id, asks, held: of('held'), keys, answer, start: answer }
    })
}

/** A question about the topic, in one of the trained ways. */
export function ask(topic: Topic, random: Random): string {
  // Every template counts the same, so that a kind with many of them is asked more.
  const all = topic.asks.flatMap(({ kind, templates }) => templates.map(template => ({ kind, template })))
  const { kind, template } = random.pick(all)
  const core = reworded(expand(template, random), 0.27, random)
  return asTyped(
    kind === 'q' ? core : expand(random.pick(frames[kind]), random).replace('X', () => core),
    random,
  )
}

/** Questions for measuring: the topic's own held-out ones, and known phrases in held-out frames. */
export function heldQuestions(topic: Topic, random: Random): string[] {
  const framed = topic.asks.flatMap(({ kind, templates }) =>
    kind === 'q'
      ? []
      : [random.pick(heldFrames[kind]).replace('X', () => expand(random.pick(templates), random))],
  )
  return [...topic.held.map(question => expand(question, random)), ...framed]
}

export type Style = 'plain' | 'short' | 'list'

/** The sentences of an answer. Ends only before a capital or code, so that file names and URLs stay whole. */
export function sentences(answer: string): string[] {
  return answer.split(/(?<=[.!?]) (?=[A-Z0-9`~-])/)
}

export function inStyle(answer: string, style: Style): string {
  const parts = sentences(answer)
  if (style === 'short') return parts[0]!
  if (style === 'list') return parts.map(part => `- ${part}`).join('\n')
  return answer
}
