import type { FactsState, Library } from '../library/types.ts'

/** A model's own chat template may fail: that is no reason to refuse it where another one was given in its place. */
export function withOwnTemplates(
  library: Pick<Library, 'facts'>,
  hasTemplate: (modelId: string) => boolean,
): Pick<Library, 'facts'> {
  return {
    async facts(id, signal): Promise<FactsState> {
      const state = await library.facts(id, signal)
      if (state.state !== 'known' || !hasTemplate(id)) return state
      return { state: 'known', facts: { ...state.facts, templateError: null, hasChatTemplate: true } }
    },
  }
}
