import type { ReasoningMarks } from '../reasoning/spans.ts'
import type { Answer } from './answer.ts'
import type { ToolFormat } from './format.ts'
import type { Reader, Step } from './reader.ts'
import type { CallContext, Outcome } from './style.ts'

/** What to look for in an answer. */
export interface Syntax {
  /** Absent: there are no tools to call, so nothing is a call. */
  readonly format?: ToolFormat
  readonly reasoning?: ReasoningMarks & { readonly openInPrompt: boolean }
}

/** Reads an answer of text, reasoning and marked calls. See README.md. */
export function* readAnswer(context: CallContext, syntax: Syntax): Step<void> {
  const { reader, answer } = context
  const { format, reasoning } = syntax
  if (reasoning?.openInPrompt) yield* readReasoning(reader, answer, reasoning)
  let mayThink = reasoning !== undefined
  /** After a call that broke off, its closing marks are no text. */
  let strays: readonly string[] = []
  for (;;) {
    reader.forget()
    const bare = format?.bare === true && !answer.hasText
    const marks = [...(mayThink && reasoning ? [reasoning.open] : []), ...(format?.open ?? []), ...strays]
    const starts = new Set([...marks.map(mark => mark[0]!), ...(bare ? '{[' : '')])
    answer.text(yield* reader.run(starts))
    if (answer.hasText) mayThink = false
    const next = yield* reader.peek()
    if (next === undefined) break
    if (!starts.has(next)) continue
    if (mayThink && reasoning && (yield* reader.literal(reasoning.open))) {
      yield* readReasoning(reader, answer, reasoning)
    } else if ((yield* reader.oneOf(strays)) !== undefined) {
      strays = []
    } else {
      const outcome = format ? yield* readCalls(context, format) : 'none'
      if (outcome === 'none') {
        answer.text((yield* reader.next()) ?? '')
        continue
      }
      mayThink = reasoning !== undefined
      strays = outcome === 'broken' ? closers(format) : []
    }
  }
  answer.end()
}

function closers(format: ToolFormat | undefined): string[] {
  return [format?.each?.close, format?.close].filter(close => close !== undefined)
}

/** Up to the closing mark, without the white space around it. */
function* readReasoning(reader: Reader, answer: Answer, { close }: ReasoningMarks): Step<void> {
  yield* reader.space()
  let space = ''
  yield* reader.until([close], text => {
    reader.forget()
    const all = space + text
    const end = all.trimEnd().length
    space = all.slice(end)
    answer.reasoning(all.slice(0, end))
  })
  yield* reader.space()
  answer.dropSpace()
}

/** A mark and the calls behind it. `none` leaves the reader where it was. */
function* readCalls(context: CallContext, format: ToolFormat): Step<Outcome> {
  const { reader } = context
  const start = reader.position
  const before = context.answer.calls
  const opened = yield* reader.oneOf(format.open)
  if (opened === undefined && !(format.bare && !context.answer.hasText)) return 'none'
  yield* reader.space()
  if (format.inside?.before.includes('```json')) yield* reader.oneOf(['```json', '```'])
  const outcome = yield* readBlock(context, format)
  if (context.answer.calls === before) {
    reader.reset(start)
    return 'none'
  }
  return outcome
}

/** The calls of one block and what ends it. */
function* readBlock(context: CallContext, format: ToolFormat): Step<Outcome> {
  const { reader } = context
  yield* reader.space()
  // A list where one call is usual, or the other way round, is no reason to miss it.
  const list = yield* reader.literal('[')
  for (let count = 0; ; count += 1) {
    const start = reader.position
    yield* reader.space()
    if (list && (yield* reader.literal(']'))) break
    if (format.close !== undefined && (yield* reader.literal(format.close))) return 'done'
    if (count > 0) {
      if (!list && format.calls === 'one' && format.close === undefined) {
        reader.reset(start)
        return 'done'
      }
      yield* reader.oneOf([',', ';'])
      yield* reader.space()
    }
    if (format.each && !(yield* reader.literal(format.each.open))) return yield* endBlock(reader, start)
    const outcome = yield* format.style.read(context)
    if (outcome === 'none') return yield* endBlock(reader, start)
    if (outcome === 'broken') return 'broken'
    if (!format.each) continue
    yield* reader.space()
    yield* reader.literal(format.each.close)
  }
  const start = reader.position
  yield* reader.space()
  if (format.close === undefined || !(yield* reader.literal(format.close))) reader.reset(start)
  return 'done'
}

/** What follows is no call: it is text again, from here on. */
function* endBlock(reader: Reader, start: number): Step<Outcome> {
  reader.reset(start)
  return (yield* reader.peek()) === undefined ? 'done' : 'broken'
}
