import { printable, Refusal } from '../refusal.ts'
import type { OpenFile } from './open-file.ts'

/** A stored (not compressed) member of an archive. */
export interface ZipEntry {
  readonly name: string
  /** Of its first byte in the archive. */
  readonly position: number
  readonly bytes: number
}

const mostEntries = 100_000
const mostDirectoryBytes = 64 * 1024 * 1024
const endBytes = 22
const longestComment = 65_535
const full32 = 0xffff_ffff
const full16 = 0xffff

/**
 * Lists an archive whose members are all stored as they are, which is how PyTorch writes its checkpoints. Compressed
 * members are refused, so nothing is ever inflated. Members that lie over each other or outside of the file are
 * refused too. Archives larger than 4 GB (zip64) are read.
 * See https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.3 and 4.5.3)
 *
 * @throws Refusal
 */
export function readZip(file: OpenFile): Map<string, ZipEntry> {
  const { start, bytes, count } = directoryOf(file)
  if (count > mostEntries || bytes > mostDirectoryBytes)
    throw new Refusal(
      `"${file.name}" claims an archive of ${count} members; at most ${mostEntries} are read.`,
    )
  const directory = file.read(start, bytes)
  const entries = new Map<string, ZipEntry>()
  let at = 0
  for (let index = 0; index < count; index++) {
    const { entry, next } = readMember(file, directory, at)
    if (entries.has(entry.name)) throw damaged(file, `two members are named "${printable(entry.name)}"`)
    if (entry.position + entry.bytes > start) throw damaged(file, 'a member ends behind the members')
    entries.set(entry.name, entry)
    at = next
  }
  refuseOverlaps(file, [...entries.values()])
  return entries
}

/** Whether a file begins as an archive does. */
export function isZip(file: OpenFile): boolean {
  return file.size >= endBytes && file.read(0, 4).readUInt32LE() === 0x04034b50
}

function directoryOf(file: OpenFile): { start: number; bytes: number; count: number } {
  const tailStart = Math.max(0, file.size - endBytes - longestComment)
  const tail = file.read(tailStart, file.size - tailStart)
  const end = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 0 || end + endBytes > tail.length) throw damaged(file, 'it has no end')
  const count = tail.readUInt16LE(end + 10)
  const bytes = tail.readUInt32LE(end + 12)
  const start = tail.readUInt32LE(end + 16)
  if (count !== full16 && bytes !== full32 && start !== full32) return { count, bytes, start }
  const locator = tailStart + end - 20
  if (locator < 0) throw damaged(file, 'it has no end')
  const pointer = file.read(locator, 20)
  if (pointer.readUInt32LE() !== 0x07064b50) throw damaged(file, 'it has no end')
  const large = file.read(safe(file, pointer.readBigUInt64LE(8)), 56)
  if (large.readUInt32LE() !== 0x06064b50) throw damaged(file, 'it has no end')
  return {
    count: safe(file, large.readBigUInt64LE(32)),
    bytes: safe(file, large.readBigUInt64LE(40)),
    start: safe(file, large.readBigUInt64LE(48)),
  }
}

function readMember(file: OpenFile, directory: Buffer, at: number): { entry: ZipEntry; next: number } {
  if (at + 46 > directory.length || directory.readUInt32LE(at) !== 0x02014b50)
    throw damaged(file, 'its list of members is cut off')
  const flags = directory.readUInt16LE(at + 8)
  const method = directory.readUInt16LE(at + 10)
  const nameBytes = directory.readUInt16LE(at + 28)
  const extraBytes = directory.readUInt16LE(at + 30)
  const next = at + 46 + nameBytes + extraBytes + directory.readUInt16LE(at + 32)
  if (next > directory.length) throw damaged(file, 'its list of members is cut off')
  const name = directory.toString('utf8', at + 46, at + 46 + nameBytes)
  const extra = directory.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes)
  const [bytes, packed, header] = sizes(file, directory, at, extra)
  if (method !== 0 || packed !== bytes)
    throw new Refusal(
      `"${file.name}" is a compressed archive; PyTorch stores its checkpoints uncompressed, and only those are read.`,
    )
  if (flags & 1) throw new Refusal(`"${file.name}" is an encrypted archive.`)
  const local = file.read(header, 30)
  if (local.readUInt32LE() !== 0x04034b50) throw damaged(file, 'a member is not where it should be')
  const position = header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28)
  return { entry: { name, position, bytes }, next }
}

/** Size, packed size and place of a member; those that need more than 32 bits stand in the extra field. */
function sizes(file: OpenFile, directory: Buffer, at: number, extra: Buffer): [number, number, number] {
  const small: [number, number, number] = [
    directory.readUInt32LE(at + 24),
    directory.readUInt32LE(at + 20),
    directory.readUInt32LE(at + 42),
  ]
  if (!small.includes(full32)) return small
  for (let place = 0; place + 4 <= extra.length; ) {
    const end = place + 4 + extra.readUInt16LE(place + 2)
    if (extra.readUInt16LE(place) === 1 && end <= extra.length) {
      let from = place + 4
      return small.map(value => {
        if (value !== full32) return value
        from += 8
        if (from > end) throw damaged(file, 'a size is missing')
        return safe(file, extra.readBigUInt64LE(from - 8))
      }) as [number, number, number]
    }
    place = end
  }
  return small
}

function refuseOverlaps(file: OpenFile, entries: readonly ZipEntry[]): void {
  let end = 0
  for (const { position, bytes } of entries.toSorted((a, b) => a.position - b.position)) {
    if (position < end) throw damaged(file, 'two members lie over each other')
    end = position + bytes
  }
}

function safe(file: OpenFile, value: bigint): number {
  if (value > BigInt(file.size)) throw damaged(file, 'a place or size is larger than the file')
  return Number(value)
}

function damaged(file: OpenFile, how: string): Refusal {
  return new Refusal(`"${file.name}" is a damaged archive: ${how}. Fetch it again.`)
}
