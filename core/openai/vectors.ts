import { ImpetusError } from '../contract/errors.ts'
import { modelOf } from '../generation/ask.ts'
import type { Library } from '../library/types.ts'
import type { Lease, Residency } from '../residency/types.ts'

export interface VectorParts {
  readonly library: Library
  readonly residency: Residency
}

/**
 * Holds the model that a request names, if it is for this. One that is not must not first drive another out of memory.
 *
 * @throws `invalid_model` naming the models that are for it, where there are any
 */
export async function hold(
  { library, residency }: VectorParts,
  name: string | null | undefined,
  use: 'embeddings' | 'ranking',
  signal: AbortSignal,
): Promise<Lease> {
  const model = await modelOf(library, name)
  const kind = kindOf(await library.facts(model.id, signal))
  if (kind === undefined || isFor(kind, use)) return residency.acquire(model.id, signal)
  const others = library
    .list()
    .filter(({ id }) => (use === 'ranking' ? 'reranking' : 'embedding') === kindOf(library.factsNow(id)))
  const advice =
    others.length === 0
      ? `Install a model that is for ${use}`
      : `Use one that is: ${others.map(({ id }) => id).join(', ')}`
  throw new ImpetusError('invalid_model', `The model ${model.id} is not for ${use}. ${advice}.`, {
    param: 'model',
  })
}

type Facts = ReturnType<Library['factsNow']>
type Kind = Extract<Facts, { state: 'known' }>['facts']['kind']

function kindOf(facts: Facts): Kind | undefined {
  return facts.state === 'known' ? facts.facts.kind : undefined
}

/** Models that write text have vectors too. */
function isFor(kind: Kind, use: 'embeddings' | 'ranking'): boolean {
  return use === 'ranking' ? kind === 'reranking' : kind === 'embedding' || kind === 'text'
}
