import { ImpetusError } from '../../contract/errors.ts'
import type { RoleProcess, SpawnOptions } from '../../platform/child.ts'
import type { GgufFacts } from './facts.ts'
import type { InspectorLine } from './main.ts'
import type { TemplateProbe } from './probe.ts'

export type { GgufFacts } from './facts.ts'
export type { TemplateProbe } from './probe.ts'

/** A file's facts, and what its chat template did when it was tried; null where it has none. */
export interface Inspection {
  readonly facts: GgufFacts
  readonly template: TemplateProbe | null
}

/** Looks into model files without trusting them. */
export interface Inspector {
  /**
   * @throws `invalid_model` with what is wrong, `not_found` where the file cannot be read, the signal's reason.
   * A template that does not work is told, not thrown: such a model still completes plain text.
   */
  inspect(path: string, signal: AbortSignal): Promise<Inspection>
}

export type SpawnRole = (
  role: string,
  args: readonly string[],
  options?: SpawnOptions,
) => Promise<RoleProcess>

export interface InspectorParts {
  readonly spawn: SpawnRole
  /** Milliseconds for starting and for the file's description; 5,000 by default. */
  readonly deadline?: number
  /** Milliseconds for the chat template; 2,000 by default. */
  readonly templateDeadline?: number
}

/** Characters that an inspector may say at most: the facts carry a template of up to a million, escaped. */
const mostOutput = 16 * 1024 * 1024

/** Every inspection has a child process of its own: what a hostile file does to it touches nothing else. */
export function createInspector(parts: InspectorParts): Inspector {
  const { spawn, deadline = 5_000, templateDeadline = 2_000 } = parts
  return {
    async inspect(path, signal) {
      signal.throwIfAborted()
      const child = await spawn('inspector', [path])
      const kill = () => child.process.kill('SIGKILL')
      signal.addEventListener('abort', kill, { once: true })
      // It may have aborted while the process was started.
      if (signal.aborted) kill()
      let timer = setTimeout(kill, deadline)
      const said: Said = {}
      try {
        child.stderr.resume()
        for await (const line of linesOf(child, kill)) {
          Object.assign(said, line)
          if (!('facts' in line)) break
          clearTimeout(timer)
          timer = setTimeout(kill, templateDeadline)
        }
      } finally {
        clearTimeout(timer)
        signal.removeEventListener('abort', kill)
        kill()
        await child.ended
      }
      signal.throwIfAborted()
      return conclusion(said)
    },
  }
}

interface Said {
  facts?: GgufFacts
  probe?: TemplateProbe
  invalid?: string
  unreadable?: string
}

function conclusion({ facts, probe, invalid, unreadable }: Said): Inspection {
  if (unreadable !== undefined) {
    throw new ImpetusError('not_found', 'The model file cannot be read: is it still there?', {
      cause: new Error(unreadable),
    })
  }
  if (facts === undefined) {
    // Without a word it was killed: by its deadline, or because it needed too much memory.
    const reason = invalid ?? 'Reading it took too long or too much memory.'
    throw new ImpetusError('invalid_model', `This is no working model file. ${reason}`)
  }
  if (facts.chatTemplate === null) return { facts, template: null }
  return { facts, template: probe ?? { works: false, error: 'it took too long or too much memory' } }
}

/** What a child says, line by line. */
export async function* linesOf(child: RoleProcess, kill: () => void): AsyncGenerator<InspectorLine> {
  let text = ''
  let seen = 0
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    seen += (chunk as string).length
    if (seen > mostOutput) kill()
    text += chunk as string
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      yield JSON.parse(text.slice(0, end)) as InspectorLine
      text = text.slice(end + 1)
    }
  }
}
