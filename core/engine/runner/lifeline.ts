import { Worker } from 'node:worker_threads'

/** Milliseconds between two looks at the parent. */
const interval = 500

/**
 * Ends this process soon after the core has died. The end of the pipe tells that at once, unless the main thread is
 * busy in a template; so a thread of its own watches too whether the parent is still the same. It is made of a text,
 * because a packaged program has no files that a worker could be started from.
 */
export function startLifeline(): void {
  const watch = `
    const parent = process.ppid
    setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL') }, ${interval})`
  new Worker(watch, {
    eval: true,
    stdin: false,
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  }).unref()
}
