import { open, rename, rm } from 'node:fs/promises'
import { type Metadata, type Tensor, tensorBytes } from './format.ts'
import { encodeHeader, paddingOf } from './header.ts'

/** Small pieces are joined to this size before they go to the disk. */
const writeBytes = 1 << 20

/**
 * Writes a GGUF v3 file, tensor by tensor, so that memory stays bounded by one piece of data. The file appears under
 * its name only when it is whole. Throws, leaving nothing behind, when a tensor yields more or fewer bytes than its
 * shape says.
 *
 * @returns bytes written
 */
export async function writeGguf(
  path: string,
  metadata: Metadata,
  tensors: readonly Tensor[],
): Promise<number> {
  const { bytes: header, alignment } = encodeHeader(metadata, tensors)
  const draft = `${path}.${process.pid}.part`
  let written = 0
  try {
    await using file = await open(draft, 'w', 0o644)
    let waiting: Uint8Array[] = []
    let waitingBytes = 0
    const flush = async () => {
      await file.writeFile(Buffer.concat(waiting))
      written += waitingBytes
      waiting = []
      waitingBytes = 0
    }
    const put = async (piece: Uint8Array) => {
      waiting.push(piece)
      waitingBytes += piece.length
      if (waitingBytes >= writeBytes) await flush()
    }
    await put(header)
    for (const tensor of tensors) {
      const expected = tensorBytes(tensor)
      let given = 0
      for await (const piece of tensor.data()) {
        given += piece.length
        await put(piece)
      }
      if (given !== expected)
        throw new RangeError(`${tensor.name}: ${given} bytes of data where the shape needs ${expected}`)
      await put(Buffer.alloc(paddingOf(expected, alignment)))
    }
    await flush()
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  await rename(draft, path)
  return written
}
