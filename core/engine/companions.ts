import { basename } from 'node:path'
import { ImpetusError } from '../contract/errors.ts'
import type { LoadOptions } from './engine.ts'
import type { GgufFacts, Inspector } from './inspector/client.ts'
import type { FileTools } from './inspector/tools.ts'
import type { Companions } from './plan.ts'
import type { MetadataOverride } from './protocol.ts'

export interface CompanionParts {
  readonly inspector: Inspector
  readonly tools: Pick<FileTools, 'adapter'>
}

/**
 * Looks into what is to be loaded beside a model. Each file is read by an inspector before anything native sees it.
 *
 * @throws `invalid_model` for what does not fit the model, saying which configuration to change
 */
export async function inspectCompanions(
  { inspector, tools }: CompanionParts,
  { adapters = [], draftPath }: Pick<LoadOptions, 'adapters' | 'draftPath'>,
  facts: GgufFacts,
  signal: AbortSignal,
): Promise<Companions> {
  let adapterBytes = 0
  for (const { path } of adapters) {
    const name = basename(path)
    const adapter = await tools.adapter(path, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      throw refused(
        `The adapter ${name} cannot be used: ${reason(error)} Change "adapters" of this model.`,
        error,
      )
    })
    if (adapter.architecture !== facts.architecture)
      throw refused(
        `The adapter ${name} is for ${adapter.architecture} models, and this one is ${facts.architecture}. Change "adapters" of this model.`,
      )
    adapterBytes += adapter.bytes
  }
  if (draftPath === undefined) return { adapterBytes, draft: undefined }
  const draft = (await inspector.inspect(draftPath, signal)).facts
  if (draft.kind === 'text' && Math.abs(draft.vocabularySize - facts.vocabularySize) <= mostDifference)
    return { adapterBytes, draft }
  throw refused(
    `The draft model has another vocabulary (${draft.vocabularySize} tokens, this one ${facts.vocabularySize}). Choose one of the same family, or leave "draftModel" open.`,
  )
}

/** Tokens that may be added to a vocabulary without its being another one; llama.cpp's own limit. */
const mostDifference = 128

/** The metadata that make llama.cpp tell positions apart as is wished, in place of the file's own. */
export function ropeOverrides(
  architecture: string,
  { ropeBase, ropeScaling, ropeFactor }: Pick<LoadOptions, 'ropeBase' | 'ropeScaling' | 'ropeFactor'>,
): MetadataOverride[] {
  const own = (key: string, value: string | number): MetadataOverride => [
    `${architecture}.rope.${key}`,
    value,
  ]
  return [
    ...(ropeBase === undefined ? [] : [own('freq_base', ropeBase)]),
    ...(ropeScaling === undefined ? [] : [own('scaling.type', ropeScaling)]),
    ...(ropeFactor === undefined || ropeScaling === undefined || ropeScaling === 'none'
      ? []
      : [own('scaling.factor', ropeFactor)]),
  ]
}

function refused(message: string, cause?: unknown): ImpetusError {
  return new ImpetusError('invalid_model', message, cause === undefined ? {} : { cause })
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
