import {
  blob,
  entitlementsAsPlist,
  entitlementsInDer,
  flags,
  hashBytes,
  magics,
  pageBytes,
  sha256,
  slots,
} from './blobs.ts'
import { type MachO, parse } from './file.ts'

export interface SignOptions {
  readonly identifier: string
  readonly entitlements?: Readonly<Record<string, boolean>>
}

const codeSignatureCommand = 0x1d
const directoryHead = 88
const directoryVersion = 0x20400
const sha256Type = 2
const mainBinary = 1n

/**
 * The file with an ad-hoc signature, as `codesign --sign -` gives one: no identity, but hashes of every page, without
 * which Apple silicon starts nothing. Replaces a signature that is there.
 *
 * @throws when the file has no room for the load command that a first signature needs
 */
export function signAdHoc(input: Buffer, { identifier, entitlements }: SignOptions): Buffer {
  const { file, signatureOffset } = withoutSignature(input)
  const parts = entitlements === undefined ? [] : entitlementParts(entitlements)
  const bytes = signatureBytes(signatureOffset, identifier, parts)
  // The load commands are hashed with the first page, so they must say the end before it.
  announce(file, signatureOffset, bytes)
  const directory = codeDirectory(file, { signatureOffset, identifier, parts })
  const signature = superBlob([
    { slot: slots.codeDirectory, data: directory },
    ...parts,
    ...(parts.length === 0 ? [] : [{ slot: slots.signature, data: blob(magics.wrapper, Buffer.alloc(0)) }]),
  ])
  return Buffer.concat([file, signature, Buffer.alloc(bytes - signature.length)])
}

interface Part {
  readonly slot: number
  readonly data: Buffer
}

function entitlementParts(entitlements: Readonly<Record<string, boolean>>): Part[] {
  return [
    { slot: slots.requirements, data: blob(magics.requirements, Buffer.alloc(4)) },
    {
      slot: slots.entitlements,
      data: blob(magics.entitlements, Buffer.from(entitlementsAsPlist(entitlements))),
    },
    { slot: slots.entitlementsDer, data: blob(magics.entitlementsDer, entitlementsInDer(entitlements)) },
  ]
}

/** A copy up to where its signature begins, with the command that will name the signature in place. */
function withoutSignature(input: Buffer): { file: Buffer; signatureOffset: number } {
  const { signature, segments, commands, commandBytes, firstSection } = parse(input)
  const linkEdit = segments.at(-1)
  if (linkEdit?.name !== '__LINKEDIT') throw new Error('__LINKEDIT must be the last segment.')
  if (signature !== undefined)
    return { file: Buffer.from(input.subarray(0, signature.offset)), signatureOffset: signature.offset }
  const place = 32 + commandBytes
  if (place + 16 > firstSection) throw new Error('There is no room for the command of a signature.')
  const signatureOffset = Math.ceil(input.length / 16) * 16
  const file = Buffer.concat([input, Buffer.alloc(signatureOffset - input.length)])
  file.writeUInt32LE(codeSignatureCommand, place)
  file.writeUInt32LE(16, place + 4)
  file.writeUInt32LE(commands + 1, 16)
  file.writeUInt32LE(commandBytes + 16, 20)
  return { file, signatureOffset }
}

function announce(file: Buffer, offset: number, bytes: number): void {
  const { signature, segments, isArm64 } = parse(file)
  const linkEdit = segments.at(-1)
  if (signature === undefined || linkEdit === undefined)
    throw new Error('The file has no place for a signature.')
  file.writeUInt32LE(offset, signature.command + 8)
  file.writeUInt32LE(bytes, signature.command + 12)
  const length = offset + bytes - linkEdit.fileOffset
  const page = isArm64 ? 0x4000 : 0x1000
  file.writeBigUInt64LE(BigInt(Math.ceil(length / page) * page), linkEdit.command + 32)
  file.writeBigUInt64LE(BigInt(length), linkEdit.command + 48)
}

interface Directory {
  readonly signatureOffset: number
  readonly identifier: string
  readonly parts: readonly Part[]
}

function directoryBytes({ signatureOffset, identifier, parts }: Directory): {
  hashes: number
  bytes: number
} {
  const hashes = directoryHead + Buffer.byteLength(identifier) + 1 + specialSlots(parts) * hashBytes
  return { hashes, bytes: hashes + Math.ceil(signatureOffset / pageBytes) * hashBytes }
}

function specialSlots(parts: readonly Part[]): number {
  return Math.max(0, ...parts.map(({ slot }) => slot))
}

/** What the whole signature takes, to a multiple of eight. */
function signatureBytes(signatureOffset: number, identifier: string, parts: readonly Part[]): number {
  const count = 1 + parts.length + (parts.length === 0 ? 0 : 1)
  const { bytes } = directoryBytes({ signatureOffset, identifier, parts })
  const others = parts.reduce((sum, { data }) => sum + data.length, 0) + (parts.length === 0 ? 0 : 8)
  return Math.ceil((12 + 8 * count + bytes + others) / 8) * 8
}

function codeDirectory(file: Buffer, { signatureOffset, identifier, parts }: Directory): Buffer {
  const { hashes, bytes } = directoryBytes({ signatureOffset, identifier, parts })
  const { segments, kind }: MachO = parse(file)
  const text = segments.find(({ name }) => name === '__TEXT')
  if (text === undefined) throw new Error('The file has no __TEXT segment.')
  const directory = Buffer.alloc(bytes)
  directory.writeUInt32BE(magics.codeDirectory, 0)
  directory.writeUInt32BE(bytes, 4)
  directory.writeUInt32BE(directoryVersion, 8)
  directory.writeUInt32BE(parts.length === 0 ? flags.adHoc | flags.linkerSigned : flags.adHoc, 12)
  directory.writeUInt32BE(hashes, 16)
  directory.writeUInt32BE(directoryHead, 20)
  directory.writeUInt32BE(specialSlots(parts), 24)
  directory.writeUInt32BE(Math.ceil(signatureOffset / pageBytes), 28)
  directory.writeUInt32BE(signatureOffset, 32)
  directory[36] = hashBytes
  directory[37] = sha256Type
  directory[39] = Math.log2(pageBytes)
  directory.writeBigUInt64BE(BigInt(text.fileOffset), 64)
  directory.writeBigUInt64BE(BigInt(text.fileBytes), 72)
  directory.writeBigUInt64BE(kind === 2 ? mainBinary : 0n, 80)
  directory.write(`${identifier}\0`, directoryHead)
  // Hashes of the other parts lie before the pages', counted backwards.
  for (const { slot, data } of parts) sha256(data).copy(directory, hashes - slot * hashBytes)
  for (let page = 0; page * pageBytes < signatureOffset; page++) {
    const end = Math.min((page + 1) * pageBytes, signatureOffset)
    sha256(file.subarray(page * pageBytes, end)).copy(directory, hashes + page * hashBytes)
  }
  return directory
}

function superBlob(parts: readonly Part[]): Buffer {
  const head = Buffer.alloc(12 + 8 * parts.length)
  let offset = head.length
  for (const [index, { slot, data }] of parts.entries()) {
    head.writeUInt32BE(slot, 12 + 8 * index)
    head.writeUInt32BE(offset, 16 + 8 * index)
    offset += data.length
  }
  head.writeUInt32BE(magics.superBlob, 0)
  head.writeUInt32BE(offset, 4)
  head.writeUInt32BE(parts.length, 8)
  return Buffer.concat([head, ...parts.map(({ data }) => data)])
}
