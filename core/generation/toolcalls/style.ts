import { ImpetusError } from '../../contract/errors.ts'
import type { Tool } from '../../engine/engine.ts'
import { type Parameter, parametersOf } from '../grammar/parameters.ts'
import type { Rules } from '../grammar/rules.ts'
import type { Answer } from './answer.ts'
import type { Reader, Step } from './reader.ts'

/** What a style needs to read a call. */
export interface CallContext {
  readonly reader: Reader
  readonly answer: Answer
  /** The tools of the request by name. */
  readonly tools: ReadonlyMap<string, Tool>
}

/**
 * `done`: a whole call was read. `none`: there is no call here; nothing was handed on, and the reader may stand
 * anywhere. `broken`: a call was begun and closed, and the reader stands where the text begins that did not fit.
 */
export type Outcome = 'done' | 'none' | 'broken'

/** How one call is written, without what stands around calls. */
export interface CallStyle {
  read(context: CallContext): Step<Outcome>
  /** The rule by which the model writes a call of this tool. */
  rule(rules: Rules, tool: Tool, param: string): string
  /** A call as the model writes it, for templates that leave earlier calls out; absent where theirs do not. */
  write?(name: string, argumentsJson: string): string
}

/** Longest name of a tool that is looked for, in characters. */
export const maxNameLength = 256

/** Reads what may be a tool's name; undefined when nothing here is. */
export function* readName(reader: Reader): Step<string | undefined> {
  let name = ''
  for (
    let next = yield* reader.peek();
    next !== undefined && /[\w.:/-]/.test(next);
    next = yield* reader.peek()
  ) {
    if (name.length >= maxNameLength) return undefined
    name += next
    yield* reader.next()
  }
  return name === '' ? undefined : name
}

/** The parameters of a tool, for reading; undefined when its schema does not tell. */
export function knownParameters(tool: Tool | undefined): readonly Parameter[] | undefined {
  if (!tool?.parameters) return undefined
  try {
    return parametersOf(tool.parameters, 'tools')
  } catch (error) {
    // A schema that makes no sense says nothing; then the values speak for themselves.
    if (error instanceof ImpetusError) return undefined
    throw error
  }
}

/** Reads what either style reads; writes the first. */
export function firstOf(first: CallStyle, second: CallStyle): CallStyle {
  return {
    *read(context) {
      const start = context.reader.position
      const outcome = yield* first.read(context)
      if (outcome !== 'none') return outcome
      context.reader.reset(start)
      return yield* second.read(context)
    },
    rule: (rules, tool, param) => first.rule(rules, tool, param),
    ...(first.write && { write: first.write }),
  }
}
