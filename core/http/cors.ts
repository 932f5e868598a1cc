import type { IncomingMessage, ServerResponse } from 'node:http'

/** Lets a page of another origin, which the guard has let pass, read the answer. */
export function allowOrigin(outgoing: ServerResponse, origin: string): void {
  // Never with credentials: cookies are for our own pages.
  outgoing.setHeader('access-control-allow-origin', origin)
  outgoing.setHeader('access-control-expose-headers', 'x-request-id, retry-after')
  outgoing.setHeader('vary', 'Origin')
}

/** Answers a browser that asks whether its page may send a request. */
export function answerPreflight(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const headers = incoming.headers['access-control-request-headers']
  outgoing.setHeader('access-control-allow-methods', 'GET, HEAD, POST, PUT, PATCH, DELETE')
  if (headers !== undefined) outgoing.setHeader('access-control-allow-headers', headers)
  // A page from the internet that calls this machine has to ask for that, too.
  if (incoming.headers['access-control-request-private-network'] === 'true') {
    outgoing.setHeader('access-control-allow-private-network', 'true')
  }
  outgoing.setHeader('access-control-max-age', '600')
  outgoing.writeHead(204).end()
}
