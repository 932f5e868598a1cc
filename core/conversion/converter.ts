import type { ForeignModel } from '../contract/conversions.ts'
import { ImpetusError } from '../contract/errors.ts'
import type { RoleProcess, SpawnOptions } from '../platform/child.ts'
import type { ConverterLine, ConvertOrder } from './child/lines.ts'

export type SpawnRole = (
  role: string,
  args: readonly string[],
  options?: SpawnOptions,
) => Promise<RoleProcess>

/** Says what models of other formats are. */
export interface Recogniser {
  /**
   * By content, in a child with a deadline. Null: nothing that is known here. What is broken or hostile is described
   * with the reason why it is not converted.
   *
   * @throws `not_found` where the path cannot be read, the signal's reason
   */
  describe(path: string, signal: AbortSignal): Promise<ForeignModel | null>
}

export interface Converter extends Recogniser {
  /**
   * Writes the GGUF file that the order names, which must not be there, and answers its bytes. Whatever goes wrong,
   * the caller removes what is left of it.
   *
   * @param onProgress hears the share that is done, 0 to 1, some five times a second
   * @throws `not_convertible` with the reason, `insufficient_storage`, `not_found`, the signal's reason
   */
  convert(
    order: ConvertOrder,
    onProgress: (share: number) => void,
    signal: AbortSignal,
  ): Promise<{ readonly bytes: number }>
}

export interface ConverterParts {
  readonly spawn: SpawnRole
  /** Milliseconds for a description; 60,000 by default: a vocabulary of 35 MB takes two on a quiet machine. */
  readonly deadline?: number
  /** Milliseconds in which a conversion must at least say something; two minutes by default. */
  readonly silence?: number
}

/** Characters of one line at most, and of all that a description may say. */
const mostOutput = 1024 * 1024

/** Each look and each conversion has a child of its own: what a hostile model does to it touches nothing else. */
export function createConverter({ spawn, deadline = 60_000, silence = 120_000 }: ConverterParts): Converter {
  return {
    async describe(path, signal) {
      for await (const line of run(spawn, ['describe', path], deadline, signal)) {
        if ('described' in line) return line.described
        throw failure(line)
      }
      throw silent()
    },
    async convert(order, onProgress, signal) {
      for await (const line of run(spawn, ['convert', JSON.stringify(order)], silence, signal)) {
        if ('written' in line) return line.written
        if ('progress' in line) onProgress(line.progress.values / line.progress.of)
        else throw failure(line)
      }
      throw silent()
    },
  }
}

/** What a child says, until it ends. Each line must come within `patience` of the one before. */
async function* run(
  spawn: SpawnRole,
  args: readonly string[],
  patience: number,
  signal: AbortSignal,
): AsyncGenerator<ConverterLine> {
  signal.throwIfAborted()
  const child = await spawn('converter', args)
  const kill = () => child.process.kill('SIGKILL')
  signal.addEventListener('abort', kill, { once: true })
  // It may have been given up while the process was being started.
  if (signal.aborted) kill()
  let timer = setTimeout(kill, patience)
  try {
    child.stderr.resume()
    let rest = ''
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      clearTimeout(timer)
      timer = setTimeout(kill, patience)
      const lines = (rest + (chunk as string)).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > mostOutput) kill()
      for (const line of lines) yield JSON.parse(line) as ConverterLine
    }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', kill)
    kill()
    await child.ended
  }
  signal.throwIfAborted()
}

function failure(line: ConverterLine): ImpetusError {
  if ('refused' in line) return new ImpetusError('not_convertible', line.refused)
  const code = 'failed' in line ? line.failed : 'no answer'
  const cause = new Error(code)
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' || code === 'ELOOP')
    return new ImpetusError('not_found', 'There is no model at that path, or it cannot be read.', { cause })
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new ImpetusError('insufficient_storage', 'The disk is full. Free some space, then try again.', {
      cause,
    })
  return new ImpetusError('internal_error', 'Reading the model failed. See the log.', { cause })
}

/** Without a word it was killed: by its deadline, or because it needed too much memory. */
function silent(): ImpetusError {
  return new ImpetusError('not_convertible', 'Reading the model took too long or too much memory.')
}
