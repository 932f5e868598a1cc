import { ImpetusError } from '../../contract/errors.ts'
import type { RoleProcess } from '../../platform/child.ts'
import type { AdapterFacts } from './adapter.ts'
import { linesOf, type SpawnRole } from './client.ts'
import type { InspectorTask } from './main.ts'
import type { ListedTensor } from './model-file.ts'

export type { ListedTensor } from './model-file.ts'

export interface HashedFile {
  readonly sha256: string
  /** Inode, size and time of what was read. */
  readonly print: string
}

/** What else is asked of model files, each time in a process of its own. */
export interface FileTools {
  /**
   * At the lowest priority, for as long as it takes.
   *
   * @param onProgress told the bytes read so far, now and then
   * @throws `not_found`, `conflict` where the file changed meanwhile, the signal's reason
   */
  hash(path: string, signal: AbortSignal, onProgress?: (bytes: number) => void): Promise<HashedFile>
  /** @throws `not_found`, `invalid_model`, the signal's reason */
  tensors(path: string, signal: AbortSignal): Promise<readonly ListedTensor[]>
  /** @throws `not_found`, `invalid_model` for what is no LoRA adapter, the signal's reason */
  adapter(path: string, signal: AbortSignal): Promise<AdapterFacts>
}

/** Milliseconds for a list; and for the next word of a hash, of which there is one every 64 MB. */
const listDeadline = 5_000
const hashStall = 300_000

export function createFileTools(spawn: SpawnRole): FileTools {
  return {
    async hash(path, signal, onProgress) {
      let hashed: HashedFile | undefined
      await run(spawn, 'hash', path, { signal, stall: hashStall, unsound: 'conflict' }, line => {
        if ('done' in line) onProgress?.(line.done)
        else if ('sha256' in line) hashed = line
      })
      if (hashed !== undefined) return hashed
      throw new ImpetusError('internal_error', 'The file could not be read to its end. Try again.')
    },
    async tensors(path, signal) {
      let listed: readonly ListedTensor[] | undefined
      await run(spawn, 'tensors', path, { signal, stall: listDeadline, unsound: 'invalid_model' }, line => {
        if ('tensors' in line) listed = line.tensors
      })
      if (listed !== undefined) return listed
      throw tooMuch()
    },
    async adapter(path, signal) {
      let facts: AdapterFacts | undefined
      await run(spawn, 'adapter', path, { signal, stall: listDeadline, unsound: 'invalid_model' }, line => {
        if ('adapter' in line) facts = line.adapter
      })
      if (facts !== undefined) return facts
      throw tooMuch()
    },
  }
}

function tooMuch(): ImpetusError {
  return new ImpetusError('invalid_model', 'Reading the file took too long or too much memory.')
}

interface RunOptions {
  readonly signal: AbortSignal
  /** Milliseconds without a word after which it is ended. */
  readonly stall: number
  /** The code for a file that is not what it should be. */
  readonly unsound: 'conflict' | 'invalid_model'
}

type Lines = ReturnType<typeof linesOf> extends AsyncGenerator<infer L> ? L : never

async function run(
  spawn: SpawnRole,
  task: InspectorTask,
  path: string,
  { signal, stall, unsound }: RunOptions,
  take: (line: Lines) => void,
): Promise<void> {
  signal.throwIfAborted()
  const child: RoleProcess = await spawn('inspector', [task, path])
  const kill = () => child.process.kill('SIGKILL')
  signal.addEventListener('abort', kill, { once: true })
  // It may have aborted while the process was started.
  if (signal.aborted) kill()
  const timer = setTimeout(kill, stall)
  let fault: ImpetusError | undefined
  try {
    child.stderr.resume()
    for await (const line of linesOf(child, kill)) {
      timer.refresh()
      if ('invalid' in line) fault = new ImpetusError(unsound, line.invalid)
      else if ('unreadable' in line)
        fault = new ImpetusError('not_found', 'The file cannot be read: is it still there?', {
          cause: new Error(line.unreadable),
        })
      else take(line)
    }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', kill)
    kill()
    await child.ended
  }
  signal.throwIfAborted()
  if (fault !== undefined) throw fault
}
