import { ImpetusError } from '../contract/errors.ts'

export function shuttingDown(): ImpetusError {
  return new ImpetusError(
    'shutting_down',
    'Impetus is shutting down. Send the request again when it is back.',
  )
}

export function quarantined(id: string, reason: string): ImpetusError {
  const next = 'Use another model, run "impetus doctor", or restart Impetus to try it again'
  return new ImpetusError(
    'model_quarantined',
    `The model ${id} is left alone: ${reason.replace(/\.?$/, '.')} ${next}.`,
    {
      param: 'model',
    },
  )
}

export interface Crowd {
  readonly id: string
  readonly bytes: number
  readonly budget: number
  readonly pinned: readonly { readonly id: string; readonly bytes: number }[]
}

/** The figures, and what would help. */
export function doesNotFit({ id, bytes, budget, pinned }: Crowd): ImpetusError {
  const names = pinned.map(one => one.id).join(', ')
  const held = pinned.reduce((sum, one) => sum + one.bytes, 0)
  const beside = pinned.length === 0 ? '' : `, of which pinned models (${names}) hold ${gigabytes(held)}`
  const unpin = pinned.length === 0 ? '' : 'unpin one of them, '
  return new ImpetusError(
    'insufficient_memory',
    `The model ${id} needs ${gigabytes(bytes)}, and models may take ${gigabytes(budget)} together${beside}. ` +
      `To make it fit, ${unpin}give it a shorter context or a quantised cache ("impetus profiles"), use a stronger quantisation, or raise models.memoryBytes.`,
  )
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GB`
}
