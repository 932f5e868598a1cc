import { crc32 } from 'node:zlib'

export interface ZipChange {
  /** What the archive says of a member in place of the truth. */
  readonly method?: number
  readonly bytes?: number
  readonly header?: number
}

/** An archive whose members are stored as they are. `changes` lie about a member in the list at the end. */
export function storedZip(
  members: ReadonlyMap<string, Uint8Array>,
  changes: Readonly<Record<string, ZipChange>> = {},
): Buffer {
  const pieces: Uint8Array[] = []
  const list: Buffer[] = []
  let at = 0
  for (const [name, bytes] of members) {
    const change = changes[name] ?? {}
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    fill(local, 14, bytes, name)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(change.method ?? 0, 10)
    fill(entry, 16, bytes, name)
    if (change.bytes !== undefined) entry.writeUInt32LE(change.bytes, 24)
    entry.writeUInt32LE(change.header ?? at, 42)
    list.push(Buffer.concat([entry, Buffer.from(name)]))
    pieces.push(local, Buffer.from(name), bytes)
    at += 30 + Buffer.byteLength(name) + bytes.length
  }
  const directory = Buffer.concat(list)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(members.size, 8)
  end.writeUInt16LE(members.size, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...pieces, directory, end])
}

/** Checksum, both sizes and the name's length, which stand in this order in both kinds of headers. */
function fill(header: Buffer, at: number, bytes: Uint8Array, name: string): void {
  header.writeUInt32LE(crc32(bytes), at)
  header.writeUInt32LE(bytes.length, at + 4)
  header.writeUInt32LE(bytes.length, at + 8)
  header.writeUInt16LE(Buffer.byteLength(name), at + 12)
}
