import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { ImpetusError } from '../contract/errors.ts'
import { type Envelope, errorAnswer } from './errors.ts'
import { newRequestId } from './request-id.ts'

/**
 * How long a refused sender may go on sending. Closing at once would reset the connection, and the reset can overtake
 * the answer: the client would see "connection reset" in place of 413.
 */
const lingerMilliseconds = 1000

/** Answers a request that goes no further, and takes what its sender still sends for a moment. */
export function refuse(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  error: ImpetusError,
  envelope: Envelope,
  allow?: string,
): void {
  const { status, headers, body } = errorAnswer(error, envelope)
  if (allow !== undefined) headers.allow = allow
  outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  outgoing.end(body)
  if (incoming.complete) return
  const timer = setTimeout(() => incoming.socket.destroy(), lingerMilliseconds)
  const done = () => clearTimeout(timer)
  incoming.once('end', done).once('close', done).once('error', done)
  incoming.resume()
}

/** The same where there is no response object: on an upgrade, on CONNECT, or after the parser gave up. Closes the connection. */
export function refuseSocket(
  socket: Duplex,
  error: ImpetusError,
  requestId: string,
  extra: Readonly<Record<string, string>> = {},
): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const { status, headers, body } = errorAnswer(error)
  const lines = Object.entries({
    ...headers,
    ...extra,
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': requestId,
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`)
  const timer = setTimeout(() => socket.destroy(), lingerMilliseconds)
  socket.once('close', () => clearTimeout(timer))
  socket.resume()
}

type ParserFailure = Error & { code?: string; rawPacket?: Buffer }

/** Answers what never became a request. `responseOn`: the response that the connection is busy with, if any. */
export function answerParserErrors(
  server: Server,
  responseOn: (socket: Duplex) => ServerResponse | undefined,
): void {
  const answered = new WeakSet<Duplex>()
  server.on('clientError', (failure: ParserFailure, socket) => {
    // The parser repeats its error for whatever still comes in.
    if (answered.has(socket)) return
    answered.add(socket)
    const response = responseOn(socket)
    const midAnswer = response?.headersSent === true && !response.writableFinished
    if (failure.code === 'ECONNRESET' || midAnswer) socket.destroy()
    else refuseSocket(socket, parserError(failure), newRequestId())
  })
}

/** What the parser or Node's timers found, as an error that can be answered. */
function parserError(failure: ParserFailure): ImpetusError {
  switch (failure.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new ImpetusError('headers_too_large', 'The headers and the path are too long. Send less.')
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new ImpetusError('request_too_large', 'The chunk extensions are too long. Leave them out.')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ImpetusError(
        'request_timeout',
        'The request came too slowly. Send it again without pausing.',
      )
    default: {
      const isTls = failure.rawPacket?.[0] === 0x16
      return new ImpetusError(
        'bad_request',
        isTls
          ? 'This port speaks plain HTTP. Use http:// in place of https://.'
          : 'This is not a well-formed HTTP/1.1 request.',
      )
    }
  }
}
