import type { IncomingMessage } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Context } from 'hono'
import { ImpetusError } from '../contract/errors.ts'
import { type Env, incomingOf } from './env.ts'
import { tooLarge } from './guard.ts'
import { type ScanLimits, scanJson } from './json-scan.ts'

export interface BodyLimits extends ScanLimits {
  /** Bytes of the whole body. */
  readonly bodyBytes: number
  /** The longest pause between two pieces of an upload. */
  readonly slowRequestSeconds: number
}

/** An upload may take this many times the longest pause in all: one byte a pause would hold a connection for ever. */
const longestUpload = 20

/**
 * The request's JSON body, which must be an object. Its size, nesting, strings and lists are checked on the bytes,
 * in slices, before `JSON.parse` sees them, so that no body can hold the event loop.
 */
export async function readJson(context: Context<Env>, limits: BodyLimits): Promise<unknown> {
  const bytes = await readBytes(context, limits)
  if (bytes.length === 0) throw new ImpetusError('invalid_json', 'The body is empty. Send a JSON object.')
  await scanJson(bytes, limits)
  const text = decode(bytes)
  // At the limits decoding and parsing take some 40 and 70 ms.
  if (bytes.length > largeBytes) await nextTurn()
  const value = parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ImpetusError('invalid_type', 'The body must be a JSON object.')
  }
  return value
}

const largeBytes = 4 * 1024 * 1024

const decoder = new TextDecoder('utf-8', { fatal: true })

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new ImpetusError('invalid_json', 'The body is not UTF-8 text. Send JSON in UTF-8.', { cause })
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not even as the cause: the parser's message quotes the body, and that may be a prompt.
    throw new ImpetusError('invalid_json', 'The body is not valid JSON. Send a JSON object.')
  }
}

/** The request's body as it came, within the limits of size and time. */
export async function readBytes(context: Context<Env>, limits: BodyLimits): Promise<Uint8Array> {
  const incoming = incomingOf(context)
  if (incoming) return collect(incoming as IncomingMessage, limits)
  const bytes = new Uint8Array(await context.req.raw.arrayBuffer())
  if (bytes.length > limits.bodyBytes) throw tooLarge(limits.bodyBytes)
  return bytes
}

/** By events and not by the stream's iterator, which destroys the connection when it is left early: no 413 would get out. */
function collect(incoming: IncomingMessage, limits: BodyLimits): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const finish = (error?: ImpetusError) => {
      clearTimeout(pause)
      clearTimeout(whole)
      incoming.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose)
      if (error) reject(error)
      else resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length))
    }
    const tooSlow = () =>
      finish(new ImpetusError('request_timeout', 'The upload stopped half-way. Send the request again.'))
    // A turn later: after a sleep of the machine the timer comes before what has long arrived, and that refreshes it.
    const pause = setTimeout(() => {
      const before = length
      setImmediate(() => length === before && tooSlow())
    }, limits.slowRequestSeconds * 1000)
    const whole = setTimeout(tooSlow, limits.slowRequestSeconds * 1000 * longestUpload)
    const onData = (chunk: Buffer) => {
      length += chunk.length
      if (length > limits.bodyBytes) return finish(tooLarge(limits.bodyBytes))
      chunks.push(chunk)
      pause.refresh()
    }
    const onEnd = () => finish()
    const onClose = () => finish(new ImpetusError('client_closed', 'The client closed the connection.'))
    incoming.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose)
  })
}
