import { readdirSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadCycles } from '../scripts/bench/cycles.ts'
import { writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { startCore } from '../scripts/running-core.ts'

const openDescriptors = (pid: number) =>
  process.platform === 'linux' ? readdirSync(`/proc/${pid}/fd`).length : 0

test('200 loads and unloads leave no memory, no process and no descriptor behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'impetus-cycles-'))
  try {
    const path = join(folder, 'tiny.gguf')
    await writeTinyLlama(path)
    await using core = await startCore('core/main.ts', { models: [path] })
    const { before, after, runners, descriptors } = await loadCycles(core, 'tiny', 200, openDescriptors)
    expect(runners).toBe(0)
    expect(Math.abs(descriptors)).toBeLessThanOrEqual(2)
    expect(after / before).toBeLessThan(1.05)
    expect(await readdir(join(core.home, 'cache', 'prefix')).catch(() => [])).toHaveLength(1)
  } finally {
    await rm(folder, { recursive: true })
  }
}, 1_200_000)
