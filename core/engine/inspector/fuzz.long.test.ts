/**
 * A fuzz target: files of the corpus (a sound model, and every broken one of the generator) with bytes changed, moved,
 * cut and put together at random. Whatever comes out, the reader answers or refuses, in time and in little memory.
 * IMPETUS_FUZZ_SECONDS says how long; the seed is printed, and IMPETUS_FUZZ_SEED repeats a run.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hostileFiles } from '../../../scripts/gguf/hostile.ts'
import { InvalidModel } from './cursor.ts'
import { fileBytes } from './gguf-bytes.testing.ts'
import { listTensors, readModelFile } from './model-file.ts'

const seconds = Number(process.env.IMPETUS_FUZZ_SECONDS ?? 60)
const seed = Number(process.env.IMPETUS_FUZZ_SEED ?? Date.now() % 2 ** 31)
let folder: string
let corpus: Uint8Array[]

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'impetus-fuzz-'))
  const sound = fileBytes()
  // Of a model of a kilobyte: descriptions are what is harmed, and nobody reads the weights here.
  const broken = hostileFiles(sound).map(({ bytes }) => bytes)
  corpus = [...Array<Uint8Array>(60).fill(sound), ...broken.filter(({ length }) => length < 64 * 1024)]
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The same numbers for the same seed (mulberry32). */
function random(start: number): (below: number) => number {
  let state = start >>> 0
  return below => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const interesting = [0, 1, 0x7f, 0x80, 0xff]

function mutate(bytes: Uint8Array, other: Uint8Array, pick: (below: number) => number): Uint8Array {
  let made = Buffer.from(bytes)
  for (let change = 0; change <= pick(4) && made.length > 0; change++) {
    const at = pick(Math.min(made.length, pick(3) === 0 ? made.length : 1024))
    switch (pick(7)) {
      case 0:
        made[at] = pick(256)
        break
      case 1:
        made[at] = interesting[pick(interesting.length)] as number
        break
      case 2:
        made.fill(0xff, at, Math.min(at + 8, made.length))
        break
      case 3:
        made = made.subarray(0, at)
        break
      case 4:
        made = Buffer.concat([made.subarray(0, at), made.subarray(at + 1 + pick(64))])
        break
      case 5:
        made = Buffer.concat([
          made.subarray(0, at),
          other.subarray(pick(other.length), at + 512),
          made.subarray(at),
        ])
        break
      default:
        made = Buffer.concat([made.subarray(0, at), made.subarray(at, at + 256), made.subarray(at)])
    }
  }
  return made
}

test(
  `the reader of model files survives ${seconds} s of anything (seed ${seed})`,
  () => {
    const pick = random(seed)
    const path = join(folder, 'fuzz.gguf')
    const until = performance.now() + seconds * 1000
    let runs = 0
    let read = 0
    let slowest = 0
    while (performance.now() < until) {
      const bytes = mutate(
        corpus[pick(corpus.length)] as Uint8Array,
        corpus[pick(corpus.length)] as Uint8Array,
        pick,
      )
      writeFileSync(path, bytes)
      const began = performance.now()
      try {
        readModelFile(path)
        listTensors(path)
        read++
      } catch (error) {
        if (!(error instanceof InvalidModel)) {
          const found = join(tmpdir(), `impetus-fuzz-${seed}-${runs}.gguf`)
          writeFileSync(found, bytes)
          throw new Error(`Run ${runs} of seed ${seed}, kept as ${found}`, { cause: error })
        }
      }
      slowest = Math.max(slowest, performance.now() - began)
      runs++
    }
    console.log(
      `${runs} files, ${read} of them read, the slowest in ${Math.round(slowest)} ms (seed ${seed})`,
    )
    expect(runs).toBeGreaterThan(seconds)
    expect(slowest).toBeLessThan(5_000)
    expect(process.memoryUsage().rss).toBeLessThan(1e9)
  },
  seconds * 1000 + 60_000,
)
