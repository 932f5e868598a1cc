import { readArguments } from './arguments.ts'
import type { Step } from './reader.ts'
import { type CallContext, readName } from './style.ts'

const mark = '>>>'

/**
 * functionary 3.2: every part of an answer names who it is for, on a line of its own after `>>>`; `all` is the user.
 * The prompt ends with the first `>>>`.
 */
export function* readRecipients(context: CallContext): Step<void> {
  const { reader, answer } = context
  let met: string | undefined = ''
  while (met !== undefined) {
    reader.forget()
    const start = reader.position
    if (met === '') yield* reader.literal(mark)
    const name = yield* readName(reader)
    const named = name !== undefined && (yield* reader.literal('\n'))
    if (!named || (name !== 'all' && !context.tools.has(name))) {
      reader.reset(start)
      answer.text(met)
    } else if (name !== 'all') yield* readCall(context, name)
    met = yield* reader.until([`\n${mark}`, mark], text => answer.text(text))
  }
  answer.end()
}

function* readCall(context: CallContext, name: string): Step<void> {
  const { reader, answer } = context
  const start = reader.position
  yield* reader.space()
  const outcome = yield* readArguments(context, () => answer.beginCall(name))
  if (outcome === 'done') {
    answer.endCall()
    yield* reader.space()
  }
  if (outcome === 'none') reader.reset(start)
}
