/** A collection of 5,000 files in 200 folders: the start does not wait for it, nor does anybody's request. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { rescanLibrary } from '../core/contract/library.ts'
import { fileBytes } from '../core/engine/inspector/gguf-bytes.testing.ts'
import { callWith } from './support/call.ts'
import { startCore, statOf } from './support/core.ts'

async function fill(folder: string): Promise<void> {
  const bytes = fileBytes()
  for (let index = 0; index < 200; index++) {
    const place = join(dirname(folder), 'Models', `author-${index}`)
    await mkdir(place, { recursive: true })
    const names = Array.from({ length: 25 }, (_, n) => `model-${index}-${n}.gguf`)
    await Promise.all(names.map(name => writeFile(join(place, name), bytes)))
  }
}

/** Milliseconds of processor time: they scatter less than the clock's where other work is going on. */
function processorOf(pid: number): number {
  return (statOf(pid)?.ticks ?? 0) * 10
}

async function started(models: (folder: string) => Promise<unknown>) {
  let began = 0
  const core = await startCore({
    settings: { library: { hash: 'off' } },
    async models(folder) {
      await models(folder)
      began = performance.now()
    },
  })
  return { core, milliseconds: performance.now() - began, processor: processorOf(core.pid) }
}

function shown({ milliseconds, processor }: { milliseconds: number; processor: number }): string {
  return `${Math.round(milliseconds)} ms (processor ${processor} ms)`
}

test('5,000 files: found in seconds, looked at again for little, and never in the way', async () => {
  const without = await started(async () => {})
  await without.core[Symbol.asyncDispose]()
  const { core, ...start } = await started(fill)
  await using _core = core
  let slowest = 0
  let asking = true
  const asked = (async () => {
    while (asking) {
      const before = performance.now()
      expect((await fetch(`${core.url}/health`)).status).toBe(200)
      slowest = Math.max(slowest, performance.now() - before)
    }
  })()
  const began = performance.now()
  let count = 0
  while (count < 5_000) {
    count = (await core.status()).models.installed
    expect(performance.now() - began).toBeLessThan(20_000)
  }
  const found = performance.now() - began
  asking = false
  await asked

  const before = processorOf(core.pid)
  const rescans: number[] = []
  for (let round = 0; round < 5; round++) {
    const at = performance.now()
    await callWith(core.socketFetch, rescanLibrary)
    rescans.push(performance.now() - at)
  }
  const processor = (processorOf(core.pid) - before) / 5
  const again = rescans.sort((a, b) => a - b)[2] ?? 0
  console.log(
    `start ${shown(start)}, without models ${shown(without)}, ` +
      `found ${Math.round(found)} ms after that, slowest answer meanwhile ${Math.round(slowest)} ms, ` +
      `rescan ${Math.round(again)} ms (processor ${Math.round(processor)} ms)`,
  )
  expect(again).toBeLessThan(5_000)
  expect(slowest).toBeLessThan(2_000)
}, 120_000)
