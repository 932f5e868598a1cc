import { ImpetusError } from '../contract/errors.ts'
import type { Delta } from '../engine/engine.ts'
import type { FactsState, Library } from '../library/types.ts'
import type { Bus } from '../platform/bus.ts'
import type { Lease, Residency } from '../residency/types.ts'
import { Account } from './account.ts'
import type { ActiveSet, Place } from './active.ts'
import { checkFormat } from './check-format.ts'
import { interpret } from './interpret.ts'
import type { Plan } from './plan.ts'
import { prepare } from './prepare.ts'
import { TemplateProbe } from './templates/probe.ts'
import type { Generation, Generator, OpenRequest } from './types.ts'

export interface GeneratorParts {
  readonly library: Pick<Library, 'facts'>
  readonly residency: Residency
  readonly active: ActiveSet
  readonly bus: Bus
}

/** A request that the engine has accepted. */
interface Begun {
  readonly lease: Lease
  readonly rest: AsyncIterator<Delta>
  readonly promptTokens: number
  readonly plan: Plan
}

/** Joins residency and engine into one promise, and keeps the books. See README.md in this folder. */
export class ModelGenerator implements Generator {
  readonly #parts: GeneratorParts
  readonly #probe = new TemplateProbe()

  constructor(parts: GeneratorParts) {
    this.#parts = parts
  }

  async open(input: OpenRequest, signal: AbortSignal): Promise<Generation> {
    const place = this.#parts.active.enter(signal)
    const account = new Account(this.#parts.bus, input.modelId, input.meta)
    account.start()
    try {
      await this.#mustAnswer(input.modelId, place.signal)
      const begun = await this.#begin(input, place.signal)
      return generation(begun, input, place, account)
    } catch (error) {
      account.fail(error)
      place.leave()
      throw error
    }
  }

  /** A file that cannot answer must not first drive the loaded model out of memory. */
  async #mustAnswer(id: string, signal: AbortSignal): Promise<void> {
    const problem = refusal(await this.#parts.library.facts(id, signal))
    if (problem !== undefined) throw problem
  }

  /**
   * A runner that died while idle is noticed only when it is spoken to. Nothing has been answered yet, so the request
   * is tried once more, with a new runner.
   */
  async #begin(input: OpenRequest, signal: AbortSignal): Promise<Begun> {
    const { modelId, keepMilliseconds } = input
    const keep = keepMilliseconds === undefined ? {} : { keepMilliseconds }
    const acquire = () => this.#parts.residency.acquire(modelId, signal, keep)
    const first = await acquire()
    try {
      return await begin(first, input, this.#probe, signal)
    } catch (error) {
      if (!(error instanceof ImpetusError && error.code === 'engine_crashed')) throw error
    }
    return begin(await acquire(), input, this.#probe, signal)
  }
}

/** What the engine would say after loading it, said before. Of a file that could not be read the engine knows more. */
function refusal(state: FactsState): ImpetusError | undefined {
  if (state.state === 'unknown') return undefined
  const param = 'model'
  if (state.state === 'invalid') return new ImpetusError('invalid_model', state.reason, { param })
  const { kind, templateError } = state.facts
  if (kind !== 'text') {
    const what = kind === 'other' ? '' : ` is for ${kind} and`
    const message = `This model${what} does not write text. GET /v1/models lists those that do.`
    return new ImpetusError('invalid_model', message, { param })
  }
  if (templateError === null) return undefined
  const message = `The model's chat template does not work: ${templateError}. Use a model with a working one.`
  return new ImpetusError('template_error', message, { param })
}

async function begin(
  lease: Lease,
  { request }: OpenRequest,
  probe: TemplateProbe,
  signal: AbortSignal,
): Promise<Begun> {
  try {
    const plan = await prepare(request, lease.model, probe)
    const rest = lease.model.generate(plan.request, signal)[Symbol.asyncIterator]()
    const { value: start, done } = await rest.next()
    if (done || start.type !== 'start') {
      throw new ImpetusError(
        'internal_error',
        'The engine did not begin with the start. Send the request again.',
      )
    }
    return { lease, rest, plan, promptTokens: start.promptTokens }
  } catch (error) {
    await lease[Symbol.asyncDispose]()
    throw error
  }
}

function generation(
  { lease, rest, plan, promptTokens }: Begun,
  { request }: OpenRequest,
  place: Place,
  account: Account,
): Generation {
  account.see({ type: 'start', promptTokens })
  let closing: Promise<void> | undefined
  let ended = false
  /** However it came to an end: the engine is free, the model given back, the books are closed. */
  const close = async () => {
    account.cancel()
    if (!ended) place.abort(new DOMException('Nobody reads this answer any more.', 'AbortError'))
    // An engine that was told to stop ends its iteration with the reason, which is known here.
    await rest.return?.().catch(() => undefined)
    await lease[Symbol.asyncDispose]()
    place.leave()
  }
  const closed = () => {
    closing ??= close()
    return closing
  }
  async function* read(): Generation['deltas'] {
    try {
      const answer = interpret({ [Symbol.asyncIterator]: () => rest }, plan.interpreter?.())
      for await (const delta of checkFormat(answer, request.options?.output, plan.notEnforced)) {
        account.see(delta)
        if (delta.type === 'end') {
          ended = true
          account.finish()
        }
        yield delta
      }
    } catch (error) {
      account.fail(error)
      throw error
    } finally {
      await closed()
    }
  }
  return { model: lease.model, promptTokens, deltas: read(), [Symbol.asyncDispose]: closed }
}
