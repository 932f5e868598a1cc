import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../platform/clock.ts'
import type { Bandwidth } from '../network/bandwidth.ts'
import type { PartFile } from './part-file.ts'
import type { Segment } from './ranges.ts'
import { StallWatch } from './stall.ts'

export interface SegmentParts {
  readonly part: PartFile
  readonly bandwidth: Bandwidth
  readonly clock: Clock
  readonly stallMilliseconds: number
}

/** Chunks come in 16 to 64 KB; writing several at once saves calls, and this much is lost when the process is killed. */
const gatherBytes = 256 * 1024
const gatherMilliseconds = 100

class Stalled extends Error {
  readonly code = 'ETIMEDOUT'
}

/**
 * Writes a body to where its segment is, until the segment's end, which may move nearer meanwhile. Returns when the
 * end is reached or the body ends; what arrived before an error is written too.
 */
export async function writeSegment(
  body: IncomingMessage,
  segment: Segment,
  { part, bandwidth, clock, stallMilliseconds }: SegmentParts,
  signal: AbortSignal,
): Promise<void> {
  let gathered: Buffer[] = []
  let bytes = 0
  let writtenAt = clock.monotonic()
  const write = async () => {
    const [buffers, length] = [gathered, bytes]
    gathered = []
    bytes = 0
    await part.write(segment.position, buffers, length)
    segment.position += length
    writtenAt = clock.monotonic()
  }
  using watch = new StallWatch(clock, stallMilliseconds, () => body.destroy(new Stalled()))
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      watch.saw(chunk.length)
      const room = segment.end - segment.position - bytes
      const taken = chunk.length <= room ? chunk : chunk.subarray(0, Math.max(0, room))
      if (taken.length > 0) {
        gathered.push(taken)
        bytes += taken.length
      }
      if (chunk.length >= room) break
      if (bytes >= gatherBytes || clock.monotonic() - writtenAt >= gatherMilliseconds) await write()
      if (await bandwidth.take(chunk.length, signal)) watch.excuse()
    }
  } finally {
    body.destroy()
    if (bytes > 0) await write()
  }
}
