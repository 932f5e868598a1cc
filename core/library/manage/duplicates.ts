import type { Duplicate } from '../../contract/library-files.ts'
import { printsOf } from '../hashing/choose.ts'
import type { InstalledModel } from '../types.ts'
import { isOwn } from './belongings.ts'

/** Models whose content is the same, by what is known of it, with what the further copies cost. Costliest first. */
export function duplicatesOf(
  models: readonly InstalledModel[],
  hashOf: (print: string) => string | undefined,
  own: string,
): { duplicates: Duplicate[]; unhashed: number } {
  const groups = new Map<string, InstalledModel[]>()
  let unhashed = 0
  for (const model of models.filter(one => one.format === 'gguf')) {
    const hashes = printsOf(model).map(hashOf)
    if (hashes.includes(undefined)) unhashed++
    else groups.set(hashes.join(' '), [...(groups.get(hashes.join(' ')) ?? []), model])
  }
  const duplicates = [...groups].flatMap(([sha256, all]) => {
    // One file under several names costs nothing.
    const files = new Map(all.map(model => [inodes(model), model]))
    const [first] = all
    if (files.size < 2 || first === undefined) return []
    const mine = [...files.values()].filter(model => isOwn(model, own)).length
    return [
      {
        sha256: sha256.split(' ')[0] ?? '',
        bytes: first.bytes,
        wasted: first.bytes * (files.size - 1),
        copies: all.map(model => ({
          model: model.id,
          origin: model.origin,
          own: isOwn(model, own),
          path: model.path,
        })),
        advice: mine > 1 ? ('delete' as const) : mine === 1 ? ('link' as const) : ('other-programs' as const),
      },
    ]
  })
  return { duplicates: duplicates.sort((a, b) => b.wasted - a.wasted), unhashed }
}

function inodes(model: InstalledModel): string {
  return printsOf(model)
    .map(print => print.split(':')[0])
    .join(' ')
}
