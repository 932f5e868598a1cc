import { readArguments } from './arguments.ts'
import type { Step } from './reader.ts'
import type { CallContext } from './style.ts'

const message = '<|message|>'
const ends = ['<|end|>', '<|call|>', '<|return|>', '<|start|>']
/** Longest header that is looked for, in characters. */
const maxHeader = 400

/**
 * gpt-oss's Harmony: an answer is a series of messages, each with a channel. `analysis` is reasoning, `final` and a
 * commentary to nobody are text, a message to a function is a call.
 */
export function* readHarmony(context: CallContext): Step<void> {
  const { reader, answer } = context
  for (;;) {
    reader.forget()
    if ((yield* reader.peek()) === undefined) break
    const header = yield* readHeader(context)
    if (header === undefined) {
      // Not Harmony, or no more of it: all that is left is text.
      yield* reader.until(ends, text => answer.text(text))
      continue
    }
    const recipient = /\bto=([\w.:/-]+)/.exec(header)?.[1]
    if (recipient !== undefined && recipient !== 'assistant' && recipient !== 'all') {
      yield* readCall(context, recipient.replace(/^functions\./, ''))
    } else if (/<\|channel\|>\s*analysis/.test(header)) {
      yield* reader.until(ends, text => answer.reasoning(text))
    } else {
      answer.dropSpace()
      yield* reader.until(ends, text => answer.text(text))
    }
  }
  answer.end()
}

/** Up to and with `<|message|>`; undefined, with nothing read, when no header comes next. */
function* readHeader({ reader }: CallContext): Step<string | undefined> {
  const start = reader.position
  yield* reader.space()
  yield* reader.literal('<|start|>')
  yield* reader.oneOf(['assistant'])
  yield* reader.space()
  const begins = (yield* reader.oneOf(['<|channel|>', 'to=', message])) !== undefined
  if (begins && reader.since(start).endsWith(message)) return reader.since(start)
  while (begins && reader.position - start < maxHeader) {
    if (yield* reader.literal(message)) return reader.since(start)
    if ((yield* reader.next()) === undefined) break
  }
  reader.reset(start)
  return undefined
}

function* readCall(context: CallContext, name: string): Step<void> {
  const { reader, answer } = context
  const start = reader.position
  yield* reader.space()
  const outcome = yield* readArguments(context, () => answer.beginCall(name))
  if (outcome === 'none') reader.reset(start)
  if (outcome === 'done') {
    answer.endCall()
    yield* reader.space()
  }
  yield* reader.until(ends, text => answer.text(text))
}
