import { fstatSync } from 'node:fs'
import { createChatCompletion } from '../contract/chat.ts'
import type { ExitReason } from '../contract/exit-codes.ts'
import { ExitError } from '../platform/exit.ts'
import { type ChatBody, modelPatienceMilliseconds, streamAnswer } from './chat.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { converse } from './converse.ts'

export async function run(call: Call): Promise<ExitReason | undefined> {
  const client = new CoreClient(call.paths())
  const settings = wishes(call)
  const prompt = [call.rest.join(' '), await pipedIn(call)].filter(text => text !== '').join('\n\n')
  if (prompt === '') {
    if (!call.io.stdin.isTTY)
      throw new ExitError('usage', 'There is no prompt: nothing on the command line and nothing piped in.')
    await converse(client, settings, call.io)
    return undefined
  }
  const body = { ...settings, messages: [...settings.messages, { role: 'user', content: prompt }] }
  const stopped = new AbortController()
  process.once('SIGINT', () => stopped.abort())
  if (call.json) await printCompletion(client, body, call, stopped.signal)
  else await streamAnswer(client, body, call.io, stopped.signal)
  return stopped.signal.aborted ? 'interrupted' : undefined
}

async function printCompletion(
  client: CoreClient,
  body: ChatBody,
  call: Call,
  signal: AbortSignal,
): Promise<void> {
  try {
    const completion = await client.call(createChatCompletion, {
      body,
      signal,
      patience: modelPatienceMilliseconds,
    })
    call.io.stdout.write(`${JSON.stringify(completion, null, 2)}\n`)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function wishes({ values, options }: Call): ChatBody {
  return {
    ...(values.MODEL === 'default' ? {} : { model: values.MODEL }),
    messages: options.system === undefined ? [] : [{ role: 'system', content: options.system }],
    ...numberOption(options, 'max-tokens', 'max_tokens'),
    ...numberOption(options, 'temperature', 'temperature'),
    ...numberOption(options, 'seed', 'seed'),
  }
}

function numberOption(options: Call['options'], name: string, field: string): Record<string, number> {
  const text = options[name]
  if (text === undefined) return {}
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value))
    throw new ExitError('usage', `--${name} is "${text}": must be a number.`)
  return { [field]: value }
}

/**
 * What is piped in, or comes from a file. Other programs often start commands with an open standard input that never
 * says anything and never ends; those are not pipes of a shell, and with a prompt given they are not waited for.
 */
async function pipedIn({ io, rest }: Call): Promise<string> {
  if (io.stdin.isTTY) return ''
  if (rest.length > 0) {
    const facts = fstatSync(0)
    if (!facts.isFIFO() && !facts.isFile()) return ''
  }
  let text = ''
  for await (const piece of io.stdin.setEncoding('utf8')) text += piece
  return text.trimEnd()
}
