import type { TinyShape, Weights } from './weights.testing.ts'

/**
 * A decoder as Hugging Face's transformers computes it, over the original layout, written as plainly as it goes: one
 * position after another, numbers of 64 bits, no tricks. It shares nothing with the conversion it judges.
 */
export interface ReferenceModel extends TinyShape {
  readonly weights: ReadonlyMap<string, Weights>
  readonly epsilon: number
  readonly tied: boolean
  readonly activation: 'silu' | 'gelu'
  /** Gemma: norms multiply by 1 + weight, embeddings by the root of the width. */
  readonly gemma?: boolean
  readonly postNorms?: boolean
  readonly headNorms?: boolean
  readonly scoreCap?: number
  readonly logitCap?: number
  /** The frequency (radians a position) of each pair, for a layer. */
  readonly frequencies: (layer: number) => readonly number[]
  /** Tokens that a layer looks back at, itself included; undefined: all. */
  readonly window?: (layer: number) => number | undefined
  readonly scale: number
}

/** The usual frequencies. */
export function frequencies(base: number, headWidth: number): number[] {
  return Array.from({ length: headWidth / 2 }, (_, index) => base ** ((-2 * index) / headWidth))
}

/** Logits behind each token of a text. */
export function logits(model: ReferenceModel, tokens: readonly number[]): number[][] {
  const keys: number[][][] = Array.from({ length: model.layers }, () => [])
  const values: number[][][] = Array.from({ length: model.layers }, () => [])
  return tokens.map((token, position) => step(model, token, position, keys, values))
}

/** What a model says that always takes the likeliest token, and by how much that one led at the closest step. */
export function greedy(model: ReferenceModel, prompt: readonly number[], count: number) {
  const keys: number[][][] = Array.from({ length: model.layers }, () => [])
  const values: number[][][] = Array.from({ length: model.layers }, () => [])
  const tokens = [...prompt]
  let lead = Number.POSITIVE_INFINITY
  for (let position = 0; position < prompt.length + count - 1; position++) {
    const found = step(model, tokens[position] as number, position, keys, values)
    if (position < prompt.length - 1) continue
    const best = found.indexOf(Math.max(...found))
    const second = Math.max(...found.filter((_, index) => index !== best))
    lead = Math.min(lead, (found[best] as number) - second)
    tokens.push(best)
  }
  return { tokens: tokens.slice(prompt.length), lead }
}

function step(
  model: ReferenceModel,
  token: number,
  position: number,
  keys: number[][][],
  values: number[][][],
): number[] {
  const { width, weights } = model
  const embedding = weights.get('model.embed_tokens.weight') as Weights
  let hidden = Array.from(embedding.values.subarray(token * width, (token + 1) * width))
  if (model.gemma) hidden = hidden.map(value => value * Math.sqrt(width))
  for (let layer = 0; layer < model.layers; layer++) {
    const at = `model.layers.${layer}`
    const attended = attention(
      model,
      layer,
      position,
      normed(model, `${at}.input_layernorm`, hidden),
      keys,
      values,
    )
    const post = model.postNorms ? normed(model, `${at}.post_attention_layernorm`, attended) : attended
    const middle = hidden.map((value, index) => value + post[index]!)
    const before = model.postNorms ? `${at}.pre_feedforward_layernorm` : `${at}.post_attention_layernorm`
    const fed = feedForward(model, at, normed(model, before, middle))
    const after = model.postNorms ? normed(model, `${at}.post_feedforward_layernorm`, fed) : fed
    hidden = middle.map((value, index) => value + after[index]!)
  }
  const last = normed(model, 'model.norm', hidden)
  const output = model.tied ? 'model.embed_tokens' : 'lm_head'
  return times(model, output, last).map(value => capped(value, model.logitCap))
}

function attention(
  model: ReferenceModel,
  layer: number,
  position: number,
  input: number[],
  allKeys: number[][][],
  allValues: number[][][],
): number[] {
  const { heads, kvHeads, headWidth } = model
  const at = `model.layers.${layer}.self_attn`
  const turn = (part: string, count: number) => {
    const flat = times(model, `${at}.${part}_proj`, input)
    const split = Array.from({ length: count }, (_, head) =>
      flat.slice(head * headWidth, (head + 1) * headWidth),
    )
    const norms = model.headNorms ? split.map(head => normed(model, `${at}.${part}_norm`, head)) : split
    return norms.flatMap(head => rotated(head, position, model.frequencies(layer)))
  }
  const query = turn('q', heads)
  const keys = allKeys[layer] as number[][]
  const values = allValues[layer] as number[][]
  keys.push(turn('k', kvHeads))
  values.push(times(model, `${at}.v_proj`, input))
  const first = Math.max(0, position + 1 - (model.window?.(layer) ?? Number.POSITIVE_INFINITY))
  const mixed: number[] = []
  for (let head = 0; head < heads; head++) {
    const shared = Math.floor(head / (heads / kvHeads)) * headWidth
    const scores: number[] = []
    for (let seen = first; seen <= position; seen++) {
      let score = 0
      for (let i = 0; i < headWidth; i++) score += query[head * headWidth + i]! * keys[seen]![shared + i]!
      scores.push(capped(score * model.scale, model.scoreCap))
    }
    const shares = softmax(scores)
    for (let i = 0; i < headWidth; i++)
      mixed.push(shares.reduce((sum, share, index) => sum + share * values[first + index]![shared + i]!, 0))
  }
  return times(model, `${at}.o_proj`, mixed)
}

function feedForward(model: ReferenceModel, at: string, input: number[]): number[] {
  const gate = times(model, `${at}.mlp.gate_proj`, input)
  const up = times(model, `${at}.mlp.up_proj`, input)
  const activated = gate.map((value, index) => activate(value, model.activation) * up[index]!)
  return times(model, `${at}.mlp.down_proj`, activated)
}

/** Rotate-half: value i turns together with value i + half, as Hugging Face stores its heads. */
function rotated(head: number[], position: number, frequency: readonly number[]): number[] {
  const half = head.length / 2
  return head.map((value, index) => {
    const angle = position * frequency[index % half]!
    const other = index < half ? -head[index + half]! : head[index - half]!
    return value * Math.cos(angle) + other * Math.sin(angle)
  })
}

/** A linear layer; the bias where it has one. */
function times({ weights }: ReferenceModel, name: string, input: number[]): number[] {
  const { shape, values } = weights.get(`${name}.weight`) as Weights
  const bias = weights.get(`${name}.bias`)?.values
  const [rows = 0, columns = 0] = shape
  return Array.from({ length: rows }, (_, row) => {
    let sum = bias?.[row] ?? 0
    for (let column = 0; column < columns; column++) sum += values[row * columns + column]! * input[column]!
    return sum
  })
}

function normed({ weights, epsilon, gemma }: ReferenceModel, name: string, input: number[]): number[] {
  const { values } = weights.get(`${name}.weight`) as Weights
  const root = Math.sqrt(input.reduce((sum, value) => sum + value * value, 0) / input.length + epsilon)
  return input.map((value, index) => (value / root) * (values[index]! + (gemma ? 1 : 0)))
}

function activate(value: number, kind: 'silu' | 'gelu'): number {
  if (kind === 'silu') return value / (1 + Math.exp(-value))
  return 0.5 * value * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3)))
}

function capped(value: number, cap: number | undefined): number {
  return cap === undefined ? value : Math.tanh(value / cap) * cap
}

export function softmax(scores: readonly number[]): number[] {
  const most = Math.max(...scores)
  const powers = scores.map(score => Math.exp(score - most))
  const sum = powers.reduce((all, each) => all + each, 0)
  return powers.map(power => power / sum)
}
