import type { HubFile } from '../../contract/hub.ts'
import { preferenceOf } from './quantization.ts'

/** What decides whether a model runs well on this machine. */
export interface Capacity {
  /** Bytes that models may take in memory. */
  readonly budgetBytes: number
  /** Bytes a second that the engine gets out of the memory while it writes. */
  readonly bytesPerSecond: number
  /** Whether that was measured with models in use. */
  readonly measured: boolean
}

export type Fit = 'fits' | 'tight' | 'too-large'

/** Besides its weights a model needs its context's state and buffers: more for larger ones. */
const besides = { share: 0.1, bytes: 500e6 }
/** Beyond that share of the budget hardly a long context has room. */
const comfortable = 0.8

export function fitOf(bytes: number, { budgetBytes }: Capacity): Fit {
  const need = bytes * (1 + besides.share) + besides.bytes
  if (need > budgetBytes) return 'too-large'
  return need > budgetBytes * comfortable ? 'tight' : 'fits'
}

/**
 * Tokens a second to expect: for each token all weights are read from memory once. Models that use only some of their
 * weights at a time are faster.
 */
export function speedOf(bytes: number, { bytesPerSecond, measured }: Capacity) {
  return { tokensPerSecond: Math.round((bytesPerSecond / bytes) * 10) / 10, measured }
}

/** More exact than this is hardly better, and slower. */
const exactEnough = /^(?:UD-)?(?:Q8|Q6)_/
/** Slower than people read. */
const readable = 8

type Choosable = Pick<HubFile, 'bytes' | 'quantization' | 'projector'>

/**
 * The file to recommend: the most exact one, up to 8 bits, that fits well and writes faster than one reads; else what
 * is usually taken; else the largest that fits at all. `undefined` where none does.
 */
export function recommended<T extends Choosable>(files: readonly T[], capacity: Capacity): T | undefined {
  const models = files.filter(file => !file.projector)
  const fitting = models.filter(file => fitOf(file.bytes, capacity) === 'fits')
  const usual = Math.min(...fitting.map(file => preferenceOf(file.quantization)))
  const good = fitting.filter(
    file =>
      preferenceOf(file.quantization) === usual ||
      (exactEnough.test(file.quantization ?? '') &&
        speedOf(file.bytes, capacity).tokensPerSecond >= readable),
  )
  const largest = (some: readonly T[]) => some.toSorted((a, b) => b.bytes - a.bytes)[0]
  return largest(good) ?? largest(models.filter(file => fitOf(file.bytes, capacity) === 'tight'))
}
