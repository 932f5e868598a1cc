import type { GenerateRequest, Sampling } from '../engine/engine.ts'

/** The fields of sampling as OpenAI, Ollama, llama.cpp's server and vLLM name them, as parsed by the contract. */
export interface SamplingBody {
  readonly temperature?: number | null | undefined
  readonly top_p?: number | null | undefined
  readonly top_k?: number | null | undefined
  readonly min_p?: number | null | undefined
  readonly seed?: number | null | undefined
  readonly presence_penalty?: number | null | undefined
  readonly frequency_penalty?: number | null | undefined
  readonly repeat_penalty?: number | null | undefined
  readonly repetition_penalty?: number | null | undefined
  readonly xtc_probability?: number | null | undefined
  readonly xtc_threshold?: number | null | undefined
  readonly dry_multiplier?: number | null | undefined
  readonly dry_base?: number | null | undefined
  readonly dry_allowed_length?: number | null | undefined
  readonly dry_penalty_last_n?: number | null | undefined
  readonly dry_sequence_breakers?: readonly string[] | null | undefined
  readonly logit_bias?: Readonly<Record<string, number>> | null | undefined
  readonly stop?: string | readonly string[] | null | undefined
}

/** What is left out stays left out, so that the engine's and the model's own defaults hold. */
export function samplingOf(body: SamplingBody): Sampling {
  const repeatPenalty = body.repeat_penalty ?? body.repetition_penalty
  const seed = seedOf(body.seed)
  return {
    ...(body.temperature != null && { temperature: body.temperature }),
    ...(body.top_p != null && { topP: body.top_p }),
    // vLLM's clients write -1 for "no limit", llama.cpp's 0.
    ...(body.top_k != null && { topK: Math.max(0, body.top_k) }),
    ...(body.min_p != null && { minP: body.min_p }),
    ...(seed !== undefined && { seed }),
    ...(repeatPenalty != null && { repeatPenalty }),
    ...(body.presence_penalty != null && { presencePenalty: body.presence_penalty }),
    ...(body.frequency_penalty != null && { frequencyPenalty: body.frequency_penalty }),
    ...xtcOf(body),
    ...dryOf(body),
    ...(body.logit_bias != null && {
      logitBias: Object.entries(body.logit_bias).map(([token, bias]) => ({ token: Number(token), bias })),
    }),
  }
}

/** llama.cpp's threshold where none is named. */
const usualThreshold = 0.1

function xtcOf({
  xtc_probability: probability,
  xtc_threshold: threshold,
}: SamplingBody): Pick<Sampling, 'xtc'> {
  if (probability == null || probability === 0) return {}
  return { xtc: { probability, threshold: threshold ?? usualThreshold } }
}

function dryOf(body: SamplingBody): Pick<Sampling, 'dry'> {
  const { dry_multiplier: multiplier, dry_base: base, dry_allowed_length: allowedLength } = body
  const { dry_penalty_last_n: lastTokens, dry_sequence_breakers: sequenceBreakers } = body
  if (multiplier == null || multiplier === 0) return {}
  return {
    dry: {
      multiplier,
      ...(base != null && { base }),
      ...(allowedLength != null && { allowedLength }),
      ...(lastTokens != null && { lastTokens }),
      ...(sequenceBreakers != null && { sequenceBreakers }),
    },
  }
}

/** Stop texts; empty ones would end every answer before it begins. */
export function stopsOf({ stop }: Pick<SamplingBody, 'stop'>): readonly string[] {
  if (stop == null) return []
  return (typeof stop === 'string' ? [stop] : stop).filter(text => text !== '')
}

/** Absent and -1 (which some clients send for it) mean: until the context is full. */
export function limitOf(
  ...limits: readonly (number | null | undefined)[]
): Pick<GenerateRequest, 'maxTokens'> {
  const limit = limits.find(value => value != null)
  return limit == null || limit < 0 ? {} : { maxTokens: limit }
}

/** The sampler takes 32 bits. -1 asks for a new seed each time, as in llama.cpp. */
function seedOf(seed: number | null | undefined): number | undefined {
  if (seed == null || seed === -1) return undefined
  return Number(BigInt.asUintN(32, BigInt(seed)))
}
