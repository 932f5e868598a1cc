import { ImpetusError } from '../contract/errors.ts'
import type { KvCacheType } from './engine.ts'
import type { GgufFacts } from './inspector/facts.ts'

/** What is loaded beside a model. */
export interface Companions {
  /** Bytes of the adapters over its weights. */
  readonly adapterBytes: number
  /** The small model that guesses for it. */
  readonly draft: GgufFacts | undefined
}

export interface LoadWishes {
  readonly contextLength?: number | undefined
  readonly slots?: number | undefined
  readonly batchSize?: number | undefined
  readonly kvCacheType?: KvCacheType | undefined
  readonly ropeScaling?: 'none' | 'linear' | 'yarn' | undefined
  readonly ropeFactor?: number | undefined
}

export interface LoadPlan {
  readonly contextLength: number
  readonly slots: number
  readonly batchSize: number
  /** Bytes: weights, state of all slots, buffers for computing. */
  readonly need: number
  /** Of these, the buffers for computing. */
  readonly compute: number
}

/** Enough for the first request of every coding agent seen; longer ones are asked for by name, because state is memory. */
export const longestByDefault = 32_768
const shortestByDefault = 2_048
/** For one text of an embedding or reranking model, which is computed in one step. */
const longestEmbedded = 4_096
const mostSlots = 4
/** Widest step in tokens by default: beyond it prompts get hardly faster, and the buffers for computing grow with it. */
const usualBatch = 512
/** Bytes of one key or value element. The quantised ones keep a scale for every 32. */
const elementBytes: Readonly<Record<KvCacheType, number>> = { f16: 2, q8_0: 34 / 32, q4_0: 18 / 32 }
/** Share of the memory left beside the weights that further slots may take; the first one may take all of it. */
const slotShare = 0.5
/** Bytes for the runner's own process. */
const base = 96 * 1024 * 1024

/**
 * Chooses context length and slots so that the model fits. Without a wish the trained context up to 32,768 tokens,
 * then as many slots (to 4) as half of the memory left has room for; a shorter context only when one slot does not fit.
 *
 * @param available bytes that may be used
 * @throws `insufficient_memory` with the figures, `invalid_value` for a context no model of this kind can have
 */
export function planLoad(
  facts: GgufFacts,
  wishes: LoadWishes,
  available: number,
  companions: Companions = alone,
): LoadPlan {
  if (facts.kind === 'text') return planText(facts, wishes, available, companions)
  const longest = Math.min(facts.contextLength, wishes.contextLength ?? longestEmbedded, longestEmbedded)
  const plan = planText(
    facts,
    { contextLength: longest, slots: 1, batchSize: longest },
    available,
    companions,
  )
  return { ...plan, batchSize: plan.contextLength }
}

function planText(
  facts: GgufFacts,
  wishes: LoadWishes,
  available: number,
  { adapterBytes, draft }: Companions,
): LoadPlan {
  const trained = stretched(facts.contextLength, wishes)
  const wanted = Math.min(wishes.contextLength ?? longestByDefault, trained)
  const shortest = wishes.contextLength === undefined ? Math.min(shortestByDefault, trained) : wanted
  const { batchSize = usualBatch, kvCacheType = 'f16' } = wishes
  const perToken = stateBytesPerToken(facts, kvCacheType)
  // The draft model has one sequence, whatever the slots.
  const draftPerToken = draft === undefined ? 0 : stateBytesPerToken(draft, kvCacheType)
  const draftCompute = draft === undefined ? 0 : computeBytes(draft, batchSize)
  const compute = computeBytes(facts, batchSize) + draftCompute
  const fixed = facts.tensorBytes + adapterBytes + (draft?.tensorBytes ?? 0) + compute + base
  const room = available - fixed
  const state = (tokens: number, count: number) =>
    tokens * perToken * count + draftContext(tokens) * draftPerToken

  let contextLength = wanted
  while (state(contextLength, 1) > room && contextLength > shortest)
    contextLength = Math.max(shortest, contextLength >> 1)
  if (state(contextLength, 1) > room) throw tooLarge(facts, contextLength, perToken, fixed, available)

  const fitting = Math.floor((room * slotShare) / Math.max(1, contextLength * perToken))
  const slots = wishes.slots ?? Math.max(1, Math.min(mostSlots, fitting))
  const need = fixed + state(contextLength, slots)
  if (need > available)
    throw tooLarge(facts, contextLength * slots, perToken, need - contextLength * slots * perToken, available)
  return { contextLength, slots, batchSize, need, compute }
}

/** Tokens that a draft model sees: the last ones are enough for guesses. */
export function draftContext(contextLength: number): number {
  return Math.min(contextLength, 2_048)
}

const alone: Companions = { adapterBytes: 0, draft: undefined }

/** The longest context when positions are stretched beyond the trained ones. */
function stretched(trained: number, { ropeScaling, ropeFactor = 1 }: LoadWishes): number {
  return ropeScaling === 'linear' || ropeScaling === 'yarn' ? Math.floor(trained * ropeFactor) : trained
}

/** Bytes of state that one token takes in all blocks. Sliding windows take less; this is never too low. */
export function stateBytesPerToken(facts: GgufFacts, type: KvCacheType = 'f16'): number {
  const heads = facts.kvHeads.reduce((sum, count) => sum + count, 0)
  return heads * (facts.keyLength + facts.valueLength) * elementBytes[type]
}

/** Buffers of one step: its logits, and a few dozen vectors of the model's width for every token. */
function computeBytes(facts: GgufFacts, batchSize: number): number {
  return batchSize * 4 * (facts.vocabularySize + 32 * facts.embeddingLength)
}

function tooLarge(
  facts: GgufFacts,
  tokens: number,
  perToken: number,
  fixed: number,
  available: number,
): ImpetusError {
  return new ImpetusError(
    'insufficient_memory',
    `The model needs ${gigabytes(fixed + tokens * perToken)} (weights ${gigabytes(facts.tensorBytes)}, context of ${tokens} tokens ` +
      `${gigabytes(tokens * perToken)}), and ${gigabytes(Math.max(0, available))} are free. ` +
      'Use a smaller model, a stronger quantisation, a shorter context or a quantised cache.',
  )
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GB`
}
