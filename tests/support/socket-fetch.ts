import { request } from 'node:http'
import { Readable } from 'node:stream'

/** `fetch` over a Unix socket, which the one in Node cannot do: what a client program would hand to the openai package. */
export function socketFetch(socketPath: string): typeof fetch {
  return async (input, init) => {
    const given = new Request(input, init)
    const url = new URL(given.url)
    const body = given.body === null ? undefined : Buffer.from(await given.arrayBuffer())
    // A Request holds on to its caller's signal only weakly: after a collection it would not hear the abort.
    const signal = init?.signal ?? given.signal
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          socketPath,
          path: url.pathname + url.search,
          method: given.method,
          headers: { ...Object.fromEntries(given.headers), ...(body && { 'content-length': body.length }) },
          signal,
        },
        incoming => {
          const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [
            name,
            String(value),
          ])
          resolve(
            new Response(Readable.toWeb(incoming) as ReadableStream, {
              status: incoming.statusCode ?? 0,
              headers,
            }),
          )
        },
      )
      outgoing.on('error', reject)
      outgoing.end(body)
    })
  }
}
