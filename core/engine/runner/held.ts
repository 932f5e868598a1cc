import { ImpetusError } from '../../contract/errors.ts'
import type { Grammar } from '../engine.ts'
import type { AddonGrammar, AddonGrammarState, Binding } from './binding.ts'
import type { NativeModel } from './native-model.ts'
import { TriggerWatch } from './trigger.ts'

/** A request's grammar, parsed. @throws `invalid_value` for what llama.cpp does not read */
export function parseGrammar(binding: Binding, { text }: Grammar): AddonGrammar {
  try {
    return new binding.AddonGrammar(text, { addonExports: binding, rootRuleName: 'root' })
  } catch (error) {
    throw new ImpetusError(
      'invalid_value',
      'The grammar cannot be read: write GBNF with a rule named root, which does not begin with itself.',
      { param: 'grammar', cause: error },
    )
  }
}

/** Holds an answer to a grammar: from its first token, or once the model has begun what the grammar is for. */
export class HeldAnswer {
  readonly #binding: Binding
  readonly #model: NativeModel
  readonly #grammar: AddonGrammar
  readonly #triggers: TriggerWatch | undefined
  /** What the sampler must keep to; absent while the model may write freely. */
  state: AddonGrammarState | undefined
  #over = false

  constructor(
    binding: Binding,
    model: NativeModel,
    grammar: AddonGrammar,
    triggers: readonly string[] | undefined,
  ) {
    this.#binding = binding
    this.#model = model
    this.#grammar = grammar
    this.#triggers = triggers && new TriggerWatch(triggers)
    if (this.#triggers === undefined) this.state = this.#begin()
  }

  /**
   * Takes in a sampled token. `free`: it stands where no trigger counts.
   *
   * @returns whether the grammar holds from now on and did not before
   */
  saw(token: number, text: string, free: boolean): boolean {
    if (this.#triggers === undefined || this.state !== undefined || this.#over) return false
    if (free) {
      this.#triggers.reset()
      return false
    }
    const tokens = this.#triggers.push(token, text)
    if (tokens === undefined) return false
    const state = this.#begin()
    const { AddonSampler } = this.#binding
    for (const each of tokens) {
      if (!AddonSampler.canBeNextTokenForGrammarEvaluationState(state, each)) {
        // The model means something else: it writes on freely.
        this.#over = true
        return false
      }
      AddonSampler.acceptGrammarEvaluationStateToken(state, each)
    }
    this.state = state
    return true
  }

  /**
   * Takes in a token that was not sampled but put there. One that does not fit ends the constraint.
   *
   * @returns whether the grammar holds no longer
   */
  put(token: number): boolean {
    if (this.state === undefined) return false
    const { AddonSampler } = this.#binding
    if (AddonSampler.canBeNextTokenForGrammarEvaluationState(this.state, token)) {
      AddonSampler.acceptGrammarEvaluationStateToken(this.state, token)
      return false
    }
    this.state = undefined
    this.#over = true
    return true
  }

  #begin(): AddonGrammarState {
    return new this.#binding.AddonGrammarEvaluationState(this.#model.addon, this.#grammar)
  }
}
