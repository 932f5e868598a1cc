import type { Sampling } from '../engine/engine.ts'
import type { Generator } from '../generation/types.ts'

/** A generator that fills what requests leave open in their sampling. */
export function withSamplingDefaults(
  generator: Generator,
  defaultsOf: (modelId: string) => Sampling,
): Generator {
  return {
    open: (input, signal) => {
      const { modelId, request } = input
      const sampling = { ...defaultsOf(modelId), ...request.sampling }
      return generator.open({ ...input, request: { ...request, sampling } }, signal)
    },
  }
}
