import { createInterface } from 'node:readline'
import { ExitError } from '../platform/exit.ts'
import { type ChatBody, streamAnswer } from './chat.ts'
import type { CoreClient } from './client.ts'
import type { Io } from './command.ts'

/**
 * A conversation in the terminal. Ctrl-C stops the answer; with none running, a second one in a row ends it, as
 * Ctrl-D and "/bye" do. An answer that fails is said, and the conversation goes on.
 */
export async function converse(client: CoreClient, settings: ChatBody, io: Io): Promise<void> {
  const terminal = createInterface({ input: io.stdin, output: io.stdout, prompt: '> ' })
  const messages = [...settings.messages]
  let answering: AbortController | undefined
  let leaving = false

  terminal.on('SIGINT', () => {
    if (answering !== undefined) return answering.abort()
    if (leaving) return terminal.close()
    leaving = true
    io.stdout.write('\nCtrl-C once more, or Ctrl-D, to leave.\n')
    terminal.prompt()
  })
  io.stdout.write('Type a message; Ctrl-C stops an answer, Ctrl-D leaves.\n')
  terminal.prompt()
  for await (const line of terminal) {
    leaving = false
    if (line.trim() === '/bye') break
    if (line.trim() !== '') {
      answering = new AbortController()
      messages.push({ role: 'user', content: line })
      const content = await answer(answering.signal)
      answering = undefined
      // A question without an answer would confuse the next turn.
      if (content === '') messages.pop()
      else messages.push({ role: 'assistant', content })
    }
    terminal.prompt()
  }
  terminal.close()

  async function answer(signal: AbortSignal): Promise<string> {
    try {
      const text = await streamAnswer(client, { ...settings, messages }, io, signal)
      if (signal.aborted) io.stdout.write('(stopped)\n')
      return text
    } catch (error) {
      if (!(error instanceof ExitError && error.reason === 'failed')) throw error
      io.stderr.write(`${error.message}\n`)
      return ''
    }
  }
}
