import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { temporaryHome } from '../temporary-home.ts'
import type { Bench, Benchmark } from './bench.ts'
import type { Row } from './row.ts'
import { median } from './statistics.ts'

const rounds = 11
const patience = 20_000

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

/** Whether something listens there now. */
function listens(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, '127.0.0.1')
  socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}

/** Milliseconds from starting the process until the port can be connected to. `home` may have been lived in before. */
async function startOnce(entry: string, env: Readonly<Record<string, string>>): Promise<number> {
  const port = await freePort()
  const began = performance.now()
  const child = spawn(process.execPath, [entry, 'serve', '--port', String(port), '--strict-port'], {
    env,
    stdio: 'ignore',
  })
  const gone = once(child, 'exit')
  try {
    while (!(await listens(port))) {
      if (child.exitCode !== null) throw new Error(`The core ended with code ${child.exitCode}.`)
      if (performance.now() - began > patience)
        throw new Error(`The core does not listen after ${patience} ms.`)
      await new Promise(resolve => setTimeout(resolve, 2))
    }
    return performance.now() - began
  } finally {
    child.kill('SIGTERM')
    await gone
  }
}

async function run({ entry, say }: Bench): Promise<readonly Row[]> {
  say(`start: ${rounds} starts on a new home and ${rounds} on a used one`)
  const first: number[] = []
  const later: number[] = []
  for (let round = 0; round < rounds; round++) {
    using home = temporaryHome()
    first.push(await startOnce(entry, home.env))
    later.push(await startOnce(entry, home.env))
  }
  const row = (what: string, values: readonly number[]): Row => ({
    benchmark: 'start',
    what,
    value: median(values),
    unit: 'ms',
    target: { atMost: 400 },
    note: `median of ${rounds}`,
  })
  return [row('process to listening, new home', first), row('process to listening, used home', later)]
}

export const start: Benchmark = {
  name: 'start',
  about: 'time from starting the built core to its port being open',
  run,
}
