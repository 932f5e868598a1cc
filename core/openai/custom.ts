import type { Tool } from '../engine/engine.ts'
import type { Generation } from '../generation/types.ts'
import type { AnswerDelta, CallDelta } from './wire.ts'

/** A tool that takes a text of any form, as OpenAI's newer clients declare it beside functions. */
export interface CustomTool {
  readonly name: string
  readonly description?: string | null | undefined
  readonly format?:
    | {
        readonly type: string
        readonly syntax?: string | null | undefined
        readonly definition?: string | null | undefined
      }
    | null
    | undefined
}

const field = 'input'

/**
 * Models know functions only: a function of one text stands for the tool. A form given as a regular expression is
 * enforced; a Lark grammar is told to the model, which may or may not keep to it.
 */
export function customFunction({ name, description, format }: CustomTool): Tool {
  const definition = format?.type === 'grammar' ? (format.definition ?? '') : ''
  const isPattern = format?.syntax === 'regex' && definition !== ''
  const form = definition === '' || isPattern ? [] : [`The input follows this grammar:\n${definition}`]
  const words = [description ?? '', ...form].filter(text => text !== '').join('\n\n')
  const input = { type: 'string', ...(isPattern && { pattern: `^(?:${definition})$` }) }
  return {
    name,
    ...(words !== '' && { description: words }),
    parameters: {
      type: 'object',
      properties: { [field]: input },
      required: [field],
      additionalProperties: false,
    },
  }
}

/** The arguments of the function that stands for a custom tool. */
export function customArguments(input: string): string {
  return JSON.stringify({ [field]: input })
}

/** The same answer, in which calls of custom tools have their input instead of the arguments around it. */
export function withInputs(generation: Generation, custom: ReadonlySet<string>): Generation {
  return custom.size === 0 ? generation : { ...generation, deltas: inputs(generation.deltas, custom) }
}

async function* inputs(
  deltas: AsyncIterable<AnswerDelta>,
  custom: ReadonlySet<string>,
): AsyncGenerator<AnswerDelta> {
  const readers = new Map<number, InputReader>()
  for await (const delta of deltas) {
    if (delta.type !== 'toolCall') {
      // The input is over when something else begins.
      yield* rest(readers)
      yield delta
      continue
    }
    if (!readers.has(delta.index)) yield* rest(readers)
    if (delta.name !== undefined && custom.has(delta.name)) readers.set(delta.index, new InputReader())
    const reader = readers.get(delta.index)
    yield reader === undefined ? delta : inputDelta(delta, reader.push(delta.arguments))
  }
}

function* rest(readers: Map<number, InputReader>): Generator<CallDelta> {
  for (const [index, reader] of readers) {
    const text = reader.end()
    if (text !== '') yield { type: 'toolCall', index, arguments: text, custom: true }
  }
  readers.clear()
}

function inputDelta(delta: CallDelta, input: string): CallDelta {
  return { ...delta, arguments: input, custom: true }
}

const opening = /^\s*\{\s*"input"\s*:\s*"/

/** Reads the text out of `{"input": "…"}` while it is being written. */
export class InputReader {
  /** What has come and is not read yet. */
  #waiting = ''
  #whole = ''
  #state: 'before' | 'inside' | 'after' = 'before'

  /** The part of the input that this piece of JSON makes known. */
  push(json: string): string {
    if (this.#state === 'after') return ''
    this.#waiting += json
    if (this.#state === 'before') {
      this.#whole += json
      const begun = opening.exec(this.#waiting)
      if (begun === null) return ''
      this.#waiting = this.#waiting.slice(begun[0].length)
      this.#state = 'inside'
    }
    return this.#read()
  }

  /** What is left at the end: arguments that were of another form, as they are. */
  end(): string {
    return this.#state === 'before' ? this.#whole : ''
  }

  #read(): string {
    let text = ''
    let at = 0
    while (at < this.#waiting.length) {
      const [part] = next.exec(this.#waiting.slice(at, at + longest)) ?? []
      if (part === undefined) break
      if (part === '"') {
        this.#state = 'after'
        break
      }
      text += part.startsWith('\\') ? (JSON.parse(`"${part}"`) as string) : part
      at += part.length
    }
    this.#waiting = this.#waiting.slice(at)
    return text
  }
}

/** Two escapes, for one character. */
const longest = 12
/**
 * The next character, whole: an escape, both halves of one that needs two, or itself. Nothing where more must come first.
 * A half alone, which no text has, is given as it is.
 */
const next =
  /^(?:"|\\["\\/bfnrt]|\\u[dD][89abAB][0-9a-fA-F]{2}(?:\\u[0-9a-fA-F]{4}|(?=[^\\])|(?=\\[^u]))|\\u(?![dD][89abAB])[0-9a-fA-F]{4}|[^"\\])/u
