import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { FakeHub } from './hub/fake-hub.ts'
import { FakeFile, modelBytes } from './hub/files.ts'
import { Home } from './hub/room.ts'

const MB = 1024 * 1024

/** The program in one file, as it ships: fifty starts from a hundred files would take most of the test's time. */
async function bundled(folder: string): Promise<string> {
  const outfile = join(folder, 'killed.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, 'hub', 'killed-main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // pino is CommonJS and asks for Node's own modules by require().
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  })
  return outfile
}

interface Life {
  readonly child: ChildProcess
  readonly lines: AsyncIterator<string>
  readonly ended: Promise<NodeJS.Signals | number | null>
}

function begin(program: string, hub: FakeHub, home: Home): Life {
  const child = spawn(process.execPath, [program, hub.origin, home.folder, 'hf:owner/name'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = new Promise<NodeJS.Signals | number | null>(resolve =>
    child.once('exit', (code, signal) => resolve(signal ?? code)),
  )
  return { child, lines, ended }
}

/** Waits until so many bytes went out, but not for ever: a life may also end before it got that far. */
async function sent(hub: FakeHub, bytes: number): Promise<void> {
  for (let waited = 0; waited < 200 && hub.bytesSent < bytes; waited++) await sleep(5)
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const block of createReadStream(path)) hash.update(block as Buffer)
  return hash.digest('hex')
}

it('D3: fifty SIGKILLs during one download cost no more than 8 MB each, and the file is right', {
  timeout: 300_000,
}, async () => {
  const kills = 50
  const size = 48 * MB
  const file = new FakeFile('m-Q4_K_M.gguf', modelBytes(size), { bytesPerSecond: 8 * MB })
  await using hub = await FakeHub.start()
  hub.add('owner/name', [file])
  using home = new Home()
  const program = await bundled(home.folder)
  const resumedAt: number[] = []
  for (let kill = 0; kill < kills; kill++) {
    const { child, lines, ended } = begin(program, hub, home)
    try {
      const { value } = await lines.next()
      resumedAt.push(Number(/^resumed (\d+)$/.exec(value)?.[1]))
      await sent(hub, hub.bytesSent + Math.random() * 1.4 * MB)
    } finally {
      child.kill('SIGKILL')
    }
    // Killed, not done: each of the fifty must hit a download that is under way.
    expect(await ended).toBe('SIGKILL')
    expect(home.modelNames).toEqual([])
  }
  file.faults = {}
  const { lines, ended } = begin(program, hub, home)
  resumedAt.push(Number(/^resumed (\d+)$/.exec((await lines.next()).value)?.[1]))
  expect((await lines.next()).value).toBe('done')
  expect(await ended).toBe(0)
  expect(home.modelNames).toEqual(['m-Q4_K_M.gguf'])
  expect(home.partNames).toEqual([])
  expect(await sha256Of(join(home.models, 'm-Q4_K_M.gguf'))).toBe(file.sha256)
  // What was recorded was there: no life began with less than the one before.
  expect(resumedAt).toEqual(resumedAt.toSorted((a, b) => a - b))
  expect(resumedAt.at(-1)).toBeGreaterThan(size / 10)
  expect(hub.bytesSent).toBeLessThanOrEqual(size + kills * 8 * MB)
})
