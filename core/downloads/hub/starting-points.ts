import type { StartingPoint } from '../../contract/hub.ts'
import type { Capacity } from './advice.ts'

/** Weights of a model that fits, with four to five bits each and room for its context. */
const bytesPerWeight = 0.7

/**
 * Searches to begin with, cut to what this machine can hold. What they find is the hub's own, sorted by what people
 * fetch: no list of ours that would be old tomorrow.
 */
export function startingPoints({ budgetBytes }: Capacity): StartingPoint[] {
  const most = Math.max(1, Math.floor((0.8 * budgetBytes) / bytesPerWeight / 1e9))
  const upTo = (billions: number) => Math.min(billions, most)
  return [
    { id: 'trending', query: { sort: 'trending', maxBillions: most } },
    { id: 'chat', query: { text: 'instruct', sort: 'downloads', maxBillions: most } },
    { id: 'code', query: { text: 'coder', sort: 'downloads', maxBillions: most } },
    { id: 'reasoning', query: { text: 'thinking', sort: 'downloads', maxBillions: most } },
    { id: 'small', query: { sort: 'downloads', maxBillions: upTo(4) } },
    { id: 'embedding', query: { text: 'embedding', sort: 'downloads', maxBillions: upTo(8) } },
    { id: 'reranking', query: { text: 'reranker', sort: 'downloads', maxBillions: upTo(8) } },
  ]
}
