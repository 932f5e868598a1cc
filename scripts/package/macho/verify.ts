import { hashBytes, magics, sha256 } from './blobs.ts'
import { parse, textAt } from './file.ts'

export interface SignatureFacts {
  readonly identifier: string
  readonly flags: number
  /** Pages and other parts whose hash is another than the directory says; empty in a file that macOS starts. */
  readonly faults: readonly string[]
}

/** Computes every hash of a file's code directory again. @returns undefined for a file without a signature */
export function verify(file: Buffer): SignatureFacts | undefined {
  const { signature, segments } = parse(file)
  if (signature === undefined) return undefined
  const all = file.subarray(signature.offset, signature.offset + signature.bytes)
  if (all.readUInt32BE(0) !== magics.superBlob) throw new Error('The signature is no signature.')
  const parts = readParts(all)
  const directory = parts.find(({ data }) => data.readUInt32BE(0) === magics.codeDirectory)?.data
  if (directory === undefined) throw new Error('The signature has no code directory.')
  const faults: string[] = []
  const linkEdit = segments.at(-1)
  if (signature.offset + signature.bytes !== file.length)
    faults.push('the signature is not the end of the file')
  if (linkEdit === undefined || linkEdit.fileOffset + linkEdit.fileBytes !== file.length)
    faults.push('__LINKEDIT does not reach to the end of the file')
  faults.push(...wrongPages(file, directory, signature.offset), ...wrongParts(parts, directory))
  return {
    identifier: textAt(directory, directory.readUInt32BE(20), 256),
    flags: directory.readUInt32BE(12),
    faults,
  }
}

interface Part {
  readonly slot: number
  readonly data: Buffer
}

function readParts(all: Buffer): Part[] {
  return Array.from({ length: all.readUInt32BE(8) }, (_, index) => {
    const offset = all.readUInt32BE(16 + 8 * index)
    return {
      slot: all.readUInt32BE(12 + 8 * index),
      data: all.subarray(offset, offset + all.readUInt32BE(offset + 4)),
    }
  })
}

function wrongPages(file: Buffer, directory: Buffer, end: number): string[] {
  const hashes = directory.readUInt32BE(16)
  const count = directory.readUInt32BE(28)
  const limit = directory.readUInt32BE(32)
  const page = 2 ** (directory[39] ?? 0)
  const faults = limit === end ? [] : [`only ${limit} of ${end} bytes are hashed`]
  for (let index = 0; index < count; index++) {
    const hash = sha256(file.subarray(index * page, Math.min((index + 1) * page, limit)))
    const place = hashes + index * hashBytes
    if (!hash.equals(directory.subarray(place, place + hashBytes))) faults.push(`page ${index}`)
  }
  return faults
}

function wrongParts(parts: readonly Part[], directory: Buffer): string[] {
  const hashes = directory.readUInt32BE(16)
  return Array.from({ length: directory.readUInt32BE(24) }, (_, index) => index + 1).flatMap(slot => {
    const hash = directory.subarray(hashes - slot * hashBytes, hashes - (slot - 1) * hashBytes)
    if (hash.every(byte => byte === 0)) return []
    const part = parts.find(found => found.slot === slot)
    return part !== undefined && sha256(part.data).equals(hash) ? [] : [`part ${slot}`]
  })
}
