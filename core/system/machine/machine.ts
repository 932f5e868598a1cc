import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Machine } from '../../contract/machine.ts'
import { totalMemory } from '../../platform/memory.ts'
import { publishedBandwidth, readCpuInfo } from './chips.ts'

/** What this machine is, looked up once, when somebody first asks. */
export class MachineFacts {
  #facts: Promise<Machine> | undefined

  get(): Promise<Machine> {
    this.#facts ??= look()
    return this.#facts
  }
}

async function look(): Promise<Machine> {
  const { chip, cores, performanceCores, features } = await (process.platform === 'darwin' ? mac() : linux())
  const published = chip === null ? null : publishedBandwidth(chip, cores)
  return {
    chip,
    cores,
    performanceCores,
    features: [...features],
    memoryBytes: totalMemory(),
    bandwidth:
      published === null
        ? { bytesPerSecond: await measuredBandwidth(), published: false }
        : { bytesPerSecond: published, published: true },
  }
}

type Processor = Pick<Machine, 'chip' | 'cores' | 'performanceCores'> & {
  readonly features: readonly string[]
}

async function mac(): Promise<Processor> {
  const names = ['machdep.cpu.brand_string', 'hw.physicalcpu', 'hw.perflevel0.physicalcpu']
  const [chip, cores, fast] = await Promise.all(names.map(sysctl))
  return {
    chip: chip ?? null,
    cores: Number(cores) || cpus().length,
    performanceCores: Number(fast) || null,
    features: [],
  }
}

async function linux(): Promise<Processor> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '')
  return { ...readCpuInfo(text), cores: cpus().length, performanceCores: null }
}

async function sysctl(name: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('/usr/sbin/sysctl', ['-n', name], { timeout: 2000 })
    return stdout.trim() || undefined
  } catch {
    return undefined
  }
}

const sampleBytes = 32 * 1024 * 1024

/**
 * Bytes a second that one core moves: the best of a few copies, read and written counted. More cores get more out of
 * the memory, so what is expected from it is rather too low. Some 5 ms each, with the event loop's turn in between.
 */
async function measuredBandwidth(): Promise<number> {
  const from = Buffer.alloc(sampleBytes, 1)
  const to = Buffer.alloc(sampleBytes)
  let best = 0
  for (let round = 0; round < 6; round++) {
    await nextTurn()
    const began = performance.now()
    from.copy(to)
    best = Math.max(best, (2 * sampleBytes) / ((performance.now() - began) / 1000))
  }
  return Math.round(best)
}
