import { Worker } from 'node:worker_threads'

/** Milliseconds between two looks. */
const interval = 50

export interface LifelineLimits {
  /** Bytes that this process may hold; by default any. */
  readonly mostMemory?: number
}

/**
 * Ends this process soon after its parent has died, or when it holds too much memory, even while its main thread is
 * busy in a template that never ends. A thread of its own does the looking, made of a text because a packaged
 * program has no files that a worker could be started from. (V8's own memory limit cannot be set from inside a
 * running process, and not from outside in a packaged one.)
 */
export function startLifeline({ mostMemory }: LifelineLimits = {}): void {
  const limit = mostMemory ?? Number.MAX_SAFE_INTEGER
  const watch = `
    const parent = process.ppid
    setInterval(() => {
      if (process.ppid !== parent || process.memoryUsage.rss() > ${limit}) process.kill(process.pid, 'SIGKILL')
    }, ${interval})`
  new Worker(watch, {
    eval: true,
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  }).unref()
}
