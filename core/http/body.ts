import type { Context } from 'hono'
import { ImpetusError } from '../contract/errors.ts'
import { type Env, incomingOf } from './env.ts'
import { type ScanLimits, scanJson } from './json-scan.ts'

export interface JsonLimits extends ScanLimits {
  /** Bytes of the whole body. */
  readonly bytes: number
  /** Milliseconds without a byte after which an upload is given up. */
  readonly stall: number
}

export const defaultJsonLimits: JsonLimits = {
  bytes: 32 * 1024 * 1024,
  stall: 30_000,
  depth: 64,
  stringBytes: 8 * 1024 * 1024,
  arrayLength: 262_144,
  containers: 65_536,
  values: 524_288,
}

/**
 * The request's JSON body. Its size, nesting, strings and lists are checked on the bytes before `JSON.parse` sees
 * them, in slices, so that no body can hold the event loop.
 */
export async function readJson(context: Context<Env>, limits: Partial<JsonLimits> = {}): Promise<unknown> {
  const set = { ...defaultJsonLimits, ...limits }
  const bytes = await readBytes(context, set)
  if (bytes.length === 0) throw new ImpetusError('invalid_json', 'The body is empty. Send a JSON object.')
  await scanJson(bytes, set)
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(bytes))
  } catch (cause) {
    throw new ImpetusError('invalid_json', 'The body is not valid JSON. Send a JSON object.', { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ImpetusError('invalid_type', 'The body must be a JSON object.')
  }
  return value
}

const decoder = new TextDecoder('utf-8', { fatal: true })

async function readBytes(context: Context<Env>, limits: JsonLimits): Promise<Uint8Array> {
  const announced = Number(context.req.header('content-length') ?? 0)
  if (announced > limits.bytes) throw tooLarge(limits.bytes)
  const incoming = incomingOf(context)
  const source: AsyncIterable<Uint8Array> | null = incoming
    ? incoming.iterator({ destroyOnReturn: false })
    : (context.req.raw.body as AsyncIterable<Uint8Array> | null)
  if (source === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  const stall = setTimeout(() => incoming?.destroy(stalled()), limits.stall)
  try {
    for await (const chunk of source) {
      length += chunk.length
      if (length > limits.bytes) throw tooLarge(limits.bytes)
      chunks.push(chunk)
      stall.refresh()
    }
  } finally {
    clearTimeout(stall)
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length)
}

function tooLarge(bytes: number): ImpetusError {
  return new ImpetusError('request_too_large', `The body is larger than ${Math.floor(bytes / 1_048_576)} MB.`)
}

function stalled(): ImpetusError {
  return new ImpetusError('request_timeout', 'The upload stopped half-way. Send the request again.')
}
