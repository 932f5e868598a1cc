import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import type { RunningCore } from '../running-core.ts'
import type { BenchModel } from './models.ts'
import type { Task, Timing, Way } from './timing.ts'

interface Chunk {
  readonly error?: { readonly message: string }
  readonly choices?: readonly { readonly text?: string }[]
  readonly usage?: { readonly completion_tokens: number } | null
}

/** Asks a core over one kept-alive connection, as a client of its API. The core is not ended with it. */
export function throughHttp(core: RunningCore, model: BenchModel): Way {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return {
    generate: task => generate(core.port, agent, model.id, task),
    [Symbol.asyncDispose]: async () => agent.destroy(),
  }
}

async function generate(
  port: number,
  agent: Agent,
  model: string,
  { prompt, tokens }: Task,
): Promise<Timing> {
  const body = JSON.stringify({
    model,
    prompt,
    max_tokens: tokens,
    temperature: 0,
    stream: true,
    stream_options: { include_usage: true },
  })
  const began = performance.now()
  const call = request({
    host: '127.0.0.1',
    port,
    agent,
    method: 'POST',
    path: '/v1/completions',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
  })
  call.end(body)
  const [answer] = (await once(call, 'response')) as [IncomingMessage]
  let firstToken: number | undefined
  let counted = 0
  for await (const chunk of chunksOf(answer)) {
    if (chunk.error) throw new Error(`The core answered: ${chunk.error.message}`)
    if (chunk.choices?.some(({ text }) => text)) firstToken ??= performance.now() - began
    counted = chunk.usage?.completion_tokens ?? counted
  }
  if (firstToken === undefined) throw new Error(`The core answered no text (status ${answer.statusCode}).`)
  return { firstToken, end: performance.now() - began, tokens: counted }
}

async function* chunksOf(answer: IncomingMessage): AsyncGenerator<Chunk> {
  let rest = ''
  for await (const text of answer.setEncoding('utf8')) {
    rest += text as string
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const line = rest.slice(0, end).trim()
      rest = rest.slice(end + 1)
      if (line.startsWith('data: ') && line !== 'data: [DONE]') yield JSON.parse(line.slice(6)) as Chunk
      else if (line.startsWith('{')) yield JSON.parse(line) as Chunk
    }
  }
  if (rest.startsWith('{')) yield JSON.parse(rest) as Chunk
}
