import type { HomeLayoutBlock } from '../../../core/contract/home-layout.ts'

type Blocks = readonly HomeLayoutBlock[]

/** One place earlier or later among those that are shown; the same where there is none. Pure. */
export function moved(blocks: Blocks, name: string, by: -1 | 1): Blocks {
  const shown = blocks.filter(block => block.shown)
  const neighbour = shown[shown.findIndex(block => block.name === name) + by]
  const block = shown.find(one => one.name === name)
  if (neighbour === undefined || block === undefined) return blocks
  const others = blocks.filter(one => one !== block)
  const place = others.indexOf(neighbour) + (by === 1 ? 1 : 0)
  return others.toSpliced(place, 0, block)
}

export function resized(blocks: Blocks, name: string, size: HomeLayoutBlock['size']): Blocks {
  return blocks.map(block => (block.name === name ? { ...block, size } : block))
}

/** What is hidden goes to the end, so that it comes back there. Pure. */
export function toggled(blocks: Blocks, name: string): Blocks {
  const block = blocks.find(one => one.name === name)
  if (block === undefined) return blocks
  const others = blocks.filter(one => one !== block)
  const end = others.findLastIndex(one => one.shown) + 1
  return others.toSpliced(block.shown ? others.length : end, 0, { ...block, shown: !block.shown })
}
