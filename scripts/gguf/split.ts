import { basename, dirname, join } from 'node:path'
import { i32, type Metadata, type Tensor, tensorBytes, u16 } from '../../core/conversion/gguf/format.ts'
import { writeGguf } from '../../core/conversion/gguf/write.ts'

/**
 * Writes a model in parts as llama.cpp's gguf-split does: `NAME-00001-of-0000N.gguf` …, the metadata in the first.
 *
 * @param path where the whole file would be, `…/NAME.gguf`
 * @returns the parts' paths, the one to load first
 */
export async function writeSplit(
  path: string,
  metadata: Metadata,
  tensors: readonly Tensor[],
  parts: number,
) {
  if (parts < 2 || parts > tensors.length)
    throw new RangeError(`cannot split ${tensors.length} tensors into ${parts}`)
  const stem = join(dirname(path), basename(path, '.gguf'))
  const groups = evenGroups(tensors, parts)
  const paths: string[] = []
  for (const [index, group] of groups.entries()) {
    const number = (value: number) => String(value).padStart(5, '0')
    const part = `${stem}-${number(index + 1)}-of-${number(parts)}.gguf`
    const split: Metadata = {
      'split.no': u16(index),
      'split.count': u16(parts),
      'split.tensors.count': i32(tensors.length),
    }
    await writeGguf(part, index === 0 ? { ...metadata, ...split } : split, group)
    paths.push(part)
  }
  return paths
}

/** Neighbouring tensors stay together; every group has at least one and about the same bytes. */
function evenGroups(tensors: readonly Tensor[], count: number): Tensor[][] {
  const total = tensors.reduce((sum, tensor) => sum + tensorBytes(tensor), 0)
  const groups: Tensor[][] = Array.from({ length: count }, () => [])
  let before = 0
  for (const [index, tensor] of tensors.entries()) {
    const fair = Math.floor((before / total) * count)
    const latest = Math.max(0, count - (tensors.length - index))
    const reached = groups.findLastIndex(group => group.length > 0)
    groups[Math.max(latest, Math.min(fair, reached + 1))]!.push(tensor)
    before += tensorBytes(tensor)
  }
  return groups
}
