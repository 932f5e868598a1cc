import { type ChildProcess, spawn } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { isSea } from 'node:sea'
import type { Duplex, Readable, Writable } from 'node:stream'
import type { Environment } from './paths.ts'

/** How to start this same program again: the packaged binary alone, or Node with the entry script. */
export interface Executable {
  readonly command: string
  readonly prefix: readonly string[]
}

export interface SpawnOptions {
  /** Pipes beside the three usual ones; the first is file descriptor 3 in the child. */
  readonly extraPipes?: number
  /** Variables added to the clean environment. */
  readonly env?: Environment
  /** By default this very program. Tests, whose own entry is the test runner, name core/main.ts. */
  readonly executable?: Executable
}

/** A child of this same program. `stdin` is its lifeline: it closes when this process dies, however it dies. */
export interface RoleProcess {
  readonly process: ChildProcess
  readonly pid: number
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** `extraPipes[0]` is the child's file descriptor 3. Both ends can read and write. */
  readonly extraPipes: readonly Duplex[]
  /** Fulfils once, when the process is gone; never rejects. Its last output may still be in the pipes. */
  readonly ended: Promise<ExitFacts>
}

export interface ExitFacts {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Looked up once, at the start: a link to the newest build may lead to another one later, with other messages. */
const entry = process.argv[1] === undefined ? undefined : realPath(process.argv[1])

/** This program: the single binary when packaged, else Node and the script it was started with. */
export function ownExecutable(): Executable {
  if (isSea()) return { command: process.execPath, prefix: [] }
  if (entry === undefined)
    throw new Error('This process has no entry script, so it cannot start itself in another role.')
  return { command: process.execPath, prefix: [entry] }
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    // Inside a packaged program the entry is no file.
    return path
  }
}

/**
 * Starts this program in another role, with a clean environment, in a process group of its own: Ctrl-C in a terminal
 * goes to the whole foreground group, and would kill the runners under a core that is just draining their streams.
 *
 * @throws when the operating system starts no process (no memory, no descriptors, file gone)
 */
export async function spawnRole(
  role: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<RoleProcess> {
  const { command, prefix } = options.executable ?? ownExecutable()
  const extra = options.extraPipes ?? 0
  const child = spawn(command, [...prefix, role, ...args], {
    stdio: ['pipe', 'pipe', 'pipe', ...Array<'pipe'>(extra).fill('pipe')],
    env: { ...cleanEnvironment(process.env), ...options.env },
    detached: true,
  })
  for (const pipe of child.stdio) pipe?.on('error', ignoreBrokenPipe)
  const ended = new Promise<ExitFacts>(resolve =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  )
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  // After the start, errors are those of a kill() that came too late; `ended` tells the same more exactly.
  child.on('error', () => {})
  const [stdin, stdout, stderr, ...extraPipes] = child.stdio
  return {
    process: child,
    pid: child.pid as number,
    stdin: stdin as Writable,
    stdout: stdout as Readable,
    stderr: stderr as Readable,
    extraPipes: extraPipes as unknown as Duplex[],
    ended,
  }
}

/** A child that dies breaks its pipes; without a listener each of them would end this process too. */
function ignoreBrokenPipe(): void {}

/** Asks a child to end by closing its lifeline, and kills it if it has not within `graceMilliseconds`. */
export async function endRole(child: RoleProcess, graceMilliseconds: number): Promise<ExitFacts> {
  child.stdin.end()
  const timer = setTimeout(() => child.process.kill('SIGKILL'), graceMilliseconds)
  try {
    return await child.ended
  } finally {
    clearTimeout(timer)
  }
}

const kept = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'TZ',
  'TMPDIR',
  'XDG_DATA_HOME',
  '__CF_USER_TEXT_ENCODING',
])

/**
 * The variables a child may have. A list of what is kept, not of what is dropped: NODE_OPTIONS, LD_PRELOAD, DYLD_*,
 * GGML_* and NODE_LLAMA_CPP_* each change what the native engine does, and there will be others.
 */
export function cleanEnvironment(env: Environment): Record<string, string> {
  const clean: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue
    if (kept.has(name) || name.startsWith('LC_') || name.startsWith('IMPETUS_')) clean[name] = value
  }
  return clean
}
