import type { CacheFact, CacheMiss } from '../../engine.ts'
import type { NativeModel } from '../native-model.ts'
import { commonPrefix } from '../slots.ts'
import { likelyCause, toolNames } from './explain.ts'

/** Conversations remembered after their state is gone, to tell why it is missed. */
const remembered = 12
/** Tokens shown on each side of a difference. */
const shown = 24

/** A conversation as it was left. */
export interface Conversation {
  readonly tokens: ArrayLike<number>
  readonly promptLength: number
}

/** Remembers the tokens of the last conversations and explains what was not reused. Holds no states. */
export class PromptMemory {
  readonly #model: NativeModel
  #conversations: Conversation[] = []

  constructor(model: NativeModel) {
    this.#model = model
  }

  remember({ tokens, promptLength }: Conversation): void {
    const whole = Uint32Array.from(tokens)
    // A conversation that went on takes its own place.
    const others = this.#conversations.filter(each => commonPrefix(each.tokens, whole) < each.tokens.length)
    this.#conversations = [{ tokens: whole, promptLength }, ...others].slice(0, remembered)
  }

  /** @param present conversations whose state is there, which have not been remembered yet */
  fact(
    prompt: Uint32Array,
    source: CacheFact['source'],
    reused: number,
    present: readonly Conversation[],
    cuttable: boolean,
  ): CacheFact {
    let earlier: Conversation = { tokens: [], promptLength: 0 }
    let matched = 0
    for (const each of [...present, ...this.#conversations]) {
      const common = commonPrefix(each.tokens, prompt)
      if (common <= matched) continue
      matched = common
      earlier = each
    }
    const fact = {
      source: reused === 0 ? 'none' : source,
      matchedTokens: matched,
      reusedTokens: reused,
    } as const
    const best = Math.min(prompt.length - 1, earlier.tokens.length)
    return earlier.tokens.length > 0 && reused >= best
      ? fact
      : { ...fact, miss: this.#miss(prompt, matched, reused, earlier, cuttable) }
  }

  #miss(
    prompt: Uint32Array,
    matched: number,
    reused: number,
    { tokens: earlier, promptLength }: Conversation,
    cuttable: boolean,
  ): CacheMiss {
    const was = this.#text(earlier, matched, matched + shown)
    const is = this.#text(prompt, matched, matched + shown)
    const cause = likelyCause({
      matched,
      reused,
      earlier,
      earlierPrompt: promptLength,
      prompt,
      was,
      is,
      toolsWere: toolNames(this.#text(earlier, 0, promptLength)),
      toolsAre: toolNames(this.#text(prompt, 0, prompt.length)),
      cuttable,
    })
    return { cause, before: this.#text(prompt, Math.max(0, matched - shown), matched), was, is }
  }

  #text(tokens: ArrayLike<number>, from: number, to: number): string {
    const parts: Uint8Array[] = []
    for (let at = from; at < Math.min(to, tokens.length); at++)
      parts.push(this.#model.spelt(tokens[at] as number))
    return new TextDecoder().decode(Buffer.concat(parts))
  }
}
