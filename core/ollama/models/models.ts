import { createHash } from 'node:crypto'
import type { ListedModel, RunningModel, ShownModel, TaggedModel } from '../../contract/ollama.ts'
import { thinks } from '../../generation/reasoning/thinks.ts'
import type { FactsState, InstalledModel, ModelFacts } from '../../library/types.ts'
import type { ModelState } from '../../residency/types.ts'
import { taggedName } from './names.ts'

/** `name`: where a person gave it another one. */
export function tagged(model: InstalledModel, facts: FactsState, name = model.id): TaggedModel {
  const asNamed = { name: taggedName(name), model: taggedName(name) }
  return { ...listed(model, facts), ...asNamed, modified_at: new Date(model.modifiedAt).toISOString() }
}

/** What a model that does not go by itself has in Ollama: a time that no one will see. */
const never = '9999-12-31T23:59:59Z'

export function running(model: InstalledModel, facts: FactsState, state: ModelState): RunningModel {
  const { bytes, unloadsAt, contextLength } = state
  return {
    ...listed(model, facts),
    size: bytes,
    expires_at: unloadsAt === null ? never : new Date(unloadsAt).toISOString(),
    context_length: contextLength ?? 0,
  }
}

/** `contextLength`: tokens that the model has, or would get. */
export function shown(model: InstalledModel, state: FactsState, contextLength: number | null): ShownModel {
  const facts = state.state === 'known' ? state.facts : undefined
  const parameters = contextLength === null ? '' : `num_ctx                        ${contextLength}`
  return {
    details: detailsOf(model, facts),
    model_info: facts === undefined ? {} : infoOf(model, facts),
    capabilities: facts === undefined ? [] : capabilitiesOf(facts),
    parameters,
    template: facts?.chatTemplate ?? '',
    modelfile: `FROM ${taggedName(model.id)}`,
    modified_at: new Date(model.modifiedAt).toISOString(),
  }
}

function listed(model: InstalledModel, facts: FactsState): ListedModel {
  return {
    name: taggedName(model.id),
    model: taggedName(model.id),
    size: model.bytes,
    // Reading gigabytes for a hash is not worth it: clients only look whether it has changed.
    digest: createHash('sha256').update(`${model.id}\n${model.fingerprint}`).digest('hex'),
    details: detailsOf(model, facts.state === 'known' ? facts.facts : undefined),
  }
}

function detailsOf({ format }: InstalledModel, facts: ModelFacts | undefined): ListedModel['details'] {
  return {
    parent_model: '',
    format,
    family: facts?.architecture ?? '',
    families: facts === undefined ? [] : [facts.architecture],
    parameter_size: facts === undefined ? '' : parameterSize(facts.parameters),
    quantization_level: facts?.quantization ?? '',
  }
}

function infoOf(model: InstalledModel, facts: ModelFacts): ShownModel['model_info'] {
  const { architecture } = facts
  return {
    'general.architecture': architecture,
    'general.basename': facts.name ?? model.id,
    'general.parameter_count': facts.parameters,
    [`${architecture}.context_length`]: facts.trainedContextLength,
    [`${architecture}.vocab_size`]: facts.vocabularySize,
  }
}

function capabilitiesOf(facts: ModelFacts): string[] {
  if (facts.kind === 'embedding') return ['embedding']
  if (facts.kind !== 'text') return []
  return [
    'completion',
    ...(facts.supportsTools ? ['tools'] : []),
    ...(facts.supportsInfill ? ['insert'] : []),
    ...(thinks(facts.chatTemplate) ? ['thinking'] : []),
  ]
}

/** As Ollama writes it: 7.6B, 596.05M. */
export function parameterSize(parameters: number): string {
  if (parameters >= 1e9) return `${(parameters / 1e9).toFixed(1)}B`
  if (parameters >= 1e6) return `${(parameters / 1e6).toFixed(2)}M`
  if (parameters >= 1e3) return `${(parameters / 1e3).toFixed(2)}K`
  return String(parameters)
}
