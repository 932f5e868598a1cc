import { styleText } from 'node:util'
import { z } from 'zod'
import { chatChunk, createChatCompletion } from '../contract/chat.ts'
import type { RequestOf } from '../contract/endpoint.ts'
import { ExitError } from '../platform/exit.ts'
import type { CoreClient } from './client.ts'
import type { Io } from './command.ts'

export type ChatBody = RequestOf<typeof createChatCompletion>

const failure = z.object({ error: z.object({ message: z.string() }) })

/** A model may have to be read from a slow disk first. */
export const modelPatienceMilliseconds = 600_000

/**
 * Streams an answer to standard output and gives back its text; when aborted, what there is of it. Thinking is shown
 * only on a terminal, in grey.
 *
 * @throws ExitError `failed` with the core's words
 */
export async function streamAnswer(
  client: CoreClient,
  body: ChatBody,
  io: Io,
  signal: AbortSignal,
): Promise<string> {
  let text = ''
  let thinking = false
  const events = client.stream(createChatCompletion, {
    body: { ...body, stream: true },
    signal,
    patience: modelPatienceMilliseconds,
  })
  try {
    for await (const data of events) {
      if (data === '[DONE]') break
      const delta = deltaOf(data)
      if (delta?.reasoning_content && io.stdout.isTTY) {
        thinking = true
        io.stdout.write(styleText('gray', delta.reasoning_content))
      }
      if (delta?.content) {
        io.stdout.write(thinking ? `\n\n${delta.content}` : delta.content)
        thinking = false
        text += delta.content
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  if (text !== '' && !text.endsWith('\n')) io.stdout.write('\n')
  return text
}

function deltaOf(data: string) {
  const value: unknown = JSON.parse(data)
  const failed = failure.safeParse(value)
  if (failed.success) throw new ExitError('failed', failed.data.error.message)
  return chatChunk.parse(value).choices[0]?.delta
}
