import type { Engine } from '../engine/engine.ts'
import type { Library } from '../library/types.ts'
import type { Environment } from '../platform/paths.ts'

declare const IMPETUS_SCRIPTED: boolean | undefined

/**
 * The scripted engine of the tests with its library of one model; undefined in the packaged program. The condition
 * stands here and not in a variable: the bundler leaves the two imports out only when it sees it around them.
 */
export async function scriptedEngine(
  env: Environment,
): Promise<{ engine: Engine; library: Library } | undefined> {
  if (typeof IMPETUS_SCRIPTED === 'undefined' || IMPETUS_SCRIPTED) {
    const { createScriptedEngine } = await import('../engine/scripted/scripted.ts')
    const { ScriptedLibrary } = await import('../library/scripted-library.ts')
    // So that tests have streams that last.
    const wordMilliseconds = Number(env.IMPETUS_SCRIPTED_WORD_MILLISECONDS ?? 0)
    return { engine: createScriptedEngine({ wordMilliseconds }), library: new ScriptedLibrary() }
  }
  return undefined
}
