import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How a faulty server answers a chat. */
export type Fault =
  | 'none'
  | 'error-500'
  | 'limit-429'
  | 'bad-400'
  | 'redirect'
  | 'break-before'
  | 'break-after'
  | 'no-end'
  | 'error-in-stream'
  | 'garbage'
  | 'hang'

/** A little server that speaks OpenAI's dialect, with one model `m`, and fails on demand. */
export class FaultyServer implements AsyncDisposable {
  fault: Fault = 'none'
  /** Whether it answers the list of models, which is its sign of life. */
  alive = true
  /** Chats asked for, calls that were ended from outside, and keys seen. */
  chats = 0
  left = 0
  readonly keys: (string | undefined)[] = []
  readonly bodies: Record<string, unknown>[] = []
  readonly #server = createServer((request, response) => void this.#answer(request, response))

  static async start(): Promise<FaultyServer> {
    const server = new FaultyServer()
    await new Promise<void>(resolve => server.#server.listen(0, '127.0.0.1', resolve))
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.keys.push(request.headers.authorization)
    if (request.url === '/v1/models') {
      if (!this.alive) return
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ data: [{ id: 'm', max_model_len: 4096 }] }))
      return
    }
    let body = ''
    for await (const piece of request.setEncoding('utf8')) body += piece
    this.bodies.push(JSON.parse(body))
    this.chats++
    response.on('close', () => {
      if (!response.writableEnded) this.left++
    })
    this.#chat(response)
  }

  #chat(response: ServerResponse): void {
    const json = (status: number, value: object) => {
      response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '3' })
      response.end(JSON.stringify(value))
    }
    const chunk = (delta: object, finish_reason: string | null = null) =>
      response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] })}\n\n`)
    const begin = () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      chunk({ role: 'assistant', content: '' })
    }
    switch (this.fault) {
      case 'error-500':
        json(500, { error: { message: 'Out of luck.' } })
        return
      case 'limit-429':
        json(429, { error: { message: 'Too many.' } })
        return
      case 'bad-400':
        json(400, { error: { message: 'No such sampler.', param: 'temperature' } })
        return
      case 'redirect':
        response.writeHead(307, { location: 'http://127.0.0.1:1/v1/chat/completions' }).end()
        return
      case 'hang':
        return
      case 'break-before':
        begin()
        setTimeout(() => response.destroy(), 20)
        return
      case 'garbage':
        begin()
        response.end('data: {not json\n\ndata: 7\n\n')
        return
      case 'error-in-stream':
        begin()
        response.end(`data: ${JSON.stringify({ error: { message: 'Lost my memory.', code: 500 } })}\n\n`)
        return
      default:
        begin()
        chunk({ content: 'Hello' })
        if (this.fault === 'break-after') setTimeout(() => response.destroy(), 20)
        else if (this.fault === 'no-end') response.end()
        else {
          chunk({ content: ' there' })
          chunk({}, 'stop')
          const usage = { prompt_tokens: 5, completion_tokens: 2 }
          response.write(`data: ${JSON.stringify({ choices: [], usage })}\n\n`)
          response.end('data: [DONE]\n\n')
        }
    }
  }
}
