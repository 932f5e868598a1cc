const commandsStart = 32
const exportsTrie = 0x80000033
const dyldInfo = 0x22
const dyldInfoOnly = 0x80000022

/** The symbols that a Mach-O file offers to others, with their addresses, read from its trie. */
export function exportsOf(file: Buffer): Map<string, bigint> {
  const trie = trieOf(file)
  const found = new Map<string, bigint>()
  if (trie === undefined) return found
  const walk = (node: number, prefix: string) => {
    const [terminal, afterSize] = uleb(trie, node)
    if (terminal > 0n) {
      const [, afterFlags] = uleb(trie, afterSize)
      found.set(prefix, uleb(trie, afterFlags)[0])
    }
    let place = afterSize + Number(terminal)
    for (let children = trie[place++] ?? 0; children > 0; children--) {
      const end = trie.indexOf(0, place)
      const label = trie.toString('latin1', place, end)
      const [child, next] = uleb(trie, end + 1)
      walk(Number(child), prefix + label)
      place = next
    }
  }
  walk(0, '')
  return found
}

function trieOf(file: Buffer): Buffer | undefined {
  let place = commandsStart
  for (let index = 0; index < file.readUInt32LE(16); index++) {
    const command = file.readUInt32LE(place)
    const fields =
      command === exportsTrie ? 8 : command === dyldInfo || command === dyldInfoOnly ? 40 : undefined
    if (fields !== undefined) {
      const start = file.readUInt32LE(place + fields)
      const bytes = file.readUInt32LE(place + fields + 4)
      if (bytes > 0) return file.subarray(start, start + bytes)
    }
    place += file.readUInt32LE(place + 4)
  }
  return undefined
}

/** A number in seven-bit groups, the lowest first. @returns it and where the next one begins */
function uleb(bytes: Buffer, start: number): [value: bigint, next: number] {
  let value = 0n
  for (let place = start, shift = 0n; ; place++, shift += 7n) {
    const byte = bytes[place] ?? 0
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return [value, place + 1]
  }
}
