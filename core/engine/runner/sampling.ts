import type { Sampling } from '../engine.ts'
import type { AddonGrammarState, SamplerConfig } from './binding.ts'

/** llama.cpp's defaults. */
const defaults = { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 } as const

const dryDefaults = {
  base: 1.75,
  allowedLength: 2,
  lastTokens: -1,
  sequenceBreakers: ['\n', ':', '"', '*'],
} as const

/** How many of the last tokens, the prompt's included, the penalties look at; llama.cpp's default. */
export const penaltyWindow = 64

/** The seed for which llama.cpp takes a random one instead. */
const randomSeed = 0xffffffff

/**
 * The addon's sampler settings for a request.
 *
 * @param recent the last tokens, for the penalties
 * @param freshSeed used when the request names none
 * @param grammar where one holds
 */
export function samplerConfig(
  sampling: Sampling,
  recent: Uint32Array,
  freshSeed: number,
  grammar?: AddonGrammarState,
): SamplerConfig {
  const {
    temperature = defaults.temperature,
    repeatPenalty = 1,
    presencePenalty = 0,
    frequencyPenalty = 0,
  } = sampling
  const bias = sampling.logitBias ?? []
  const { xtc, dry } = sampling
  const penalises = repeatPenalty !== 1 || presencePenalty !== 0 || frequencyPenalty !== 0
  return {
    temperature,
    topK: sampling.topK ?? defaults.topK,
    // The addon takes 0 for "off" and not for "the likeliest token only", which is what it means.
    topP: Math.max(sampling.topP ?? defaults.topP, 1e-6),
    minP: sampling.minP ?? defaults.minP,
    seed: deterministicSeed(sampling.seed ?? freshSeed),
    ...(penalises && {
      repeatPenalty,
      repeatPenaltyMaxTokens: penaltyWindow,
      repeatPenaltyTokens: recent.slice(-penaltyWindow),
      repeatPenaltyPresencePenalty: presencePenalty,
      repeatPenaltyFrequencyPenalty: frequencyPenalty,
    }),
    ...(xtc !== undefined && { xtcProbability: xtc.probability, xtcThreshold: xtc.threshold }),
    ...(dry !== undefined && {
      dryRepeatPenaltyStrength: dry.multiplier,
      dryRepeatPenaltyBase: dry.base ?? dryDefaults.base,
      dryRepeatPenaltyAllowedLength: dry.allowedLength ?? dryDefaults.allowedLength,
      dryRepeatPenaltyLastTokens: dry.lastTokens ?? dryDefaults.lastTokens,
      dryRepeatPenaltySequenceBreakers: [...(dry.sequenceBreakers ?? dryDefaults.sequenceBreakers)],
    }),
    ...(grammar !== undefined && { grammarEvaluationState: grammar }),
    ...(bias.length > 0 && {
      tokenBiasKeys: Uint32Array.from(bias, entry => entry.token),
      tokenBiasValues: Float32Array.from(bias, entry => entry.bias),
    }),
  }
}

function deterministicSeed(seed: number): number {
  const unsigned = Math.trunc(seed) >>> 0
  return unsigned === randomSeed ? randomSeed - 1 : unsigned
}
