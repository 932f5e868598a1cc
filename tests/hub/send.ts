import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Seen } from './fake-hub.ts'
import type { FakeFile, Faults } from './files.ts'

/** What one call of write() gets. */
const blockBytes = 64 * 1024
/** A file's connections share its speed: when the next block may go out. */
const nextBlock = new WeakMap<FakeFile, number>()

/** Answers with a file or a range of it, as a storage does, with the faults that are switched on. */
export function sendFile(
  file: FakeFile,
  seen: Seen,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const faults = file.takeFaults()
  if (faults.status !== undefined) {
    response.writeHead(faults.status, faults.headers).end()
    return
  }
  const size = file.content.length
  const etag = file.etag()
  const headers: Record<string, string> = {
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
  }
  if (etag !== undefined) headers.etag = etag
  const range = faults.ignoresRange === true ? undefined : rangeOf(request, size, etag)
  if (range === 'unsatisfiable' || (faults.rangeRefused === true && range !== undefined)) {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${size}` }).end()
    return
  }
  const [start, end] = range ?? [0, size]
  const off = faults.lengthOff ?? 0
  headers['content-length'] = String(end - start + (range === undefined ? off : 0))
  if (range !== undefined) {
    const shift = faults.rangeOff ?? 0
    headers['content-range'] = `bytes ${start + shift}-${end - 1 + shift}/${size + off}`
  }
  response.writeHead(range === undefined ? 200 : 206, headers)
  if (request.method === 'HEAD') response.end()
  else void sendBytes(file, [start, end], faults, seen, response)
}

async function sendBytes(
  file: FakeFile,
  [start, end]: readonly [number, number],
  faults: Faults,
  seen: Seen,
  response: ServerResponse,
): Promise<void> {
  let content = file.content
  if (faults.flipAt !== undefined) {
    content = Buffer.from(content)
    content[faults.flipAt] = (content[faults.flipAt] as number) ^ 1
  }
  const stopAfter = Math.min(faults.stallAfter ?? end, faults.resetEvery ?? end, faults.cutAt ?? end)
  const most = Math.min(end - start, stopAfter)
  for (let sent = 0; sent < most && !response.destroyed; ) {
    const bytes = Math.min(blockBytes, most - sent)
    if (faults.bytesPerSecond !== undefined) await pace(file, bytes, faults.bytesPerSecond)
    if (response.destroyed) return
    const block = content.subarray(start + sent, start + sent + bytes)
    sent += bytes
    seen.sent += bytes
    // As fast as it is taken and no faster, so that what is counted as sent is not waiting in a buffer here.
    if (!response.write(block)) await drained(response)
  }
  if (response.destroyed || faults.stallAfter !== undefined) return
  if (faults.resetEvery !== undefined && most < end - start) {
    // A reset throws away what the other side's system has not handed on yet, and how much that is is luck.
    await sleep(50)
    response.socket?.resetAndDestroy()
  } else if (faults.cutAt !== undefined && most < end - start) response.socket?.destroy()
  else response.end()
}

async function pace(file: FakeFile, bytes: number, bytesPerSecond: number): Promise<void> {
  const now = performance.now()
  const at = Math.max(now, nextBlock.get(file) ?? 0)
  nextBlock.set(file, at + (bytes / bytesPerSecond) * 1000)
  if (at > now) await sleep(at - now)
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}

/** The range asked for, as [start, end); undefined: the whole file. */
function rangeOf(
  { headers }: IncomingMessage,
  size: number,
  etag: string | undefined,
): readonly [number, number] | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '')
  if (match === null) return undefined
  // RFC 9110: a range is for the version named, and without it the whole new one is sent.
  if (headers['if-range'] !== undefined && headers['if-range'] !== etag) return undefined
  const start = Number(match[1])
  const end = match[2] === '' ? size : Math.min(size, Number(match[2]) + 1)
  return start < end ? [start, end] : 'unsatisfiable'
}
