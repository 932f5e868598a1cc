/** Apple's icon container: the kinds that hold PNG, with the pixels of each. */
export const icnsKinds = [
  { kind: 'icp4', pixels: 16 },
  { kind: 'icp5', pixels: 32 },
  { kind: 'ic11', pixels: 32 },
  { kind: 'ic12', pixels: 64 },
  { kind: 'ic07', pixels: 128 },
  { kind: 'ic13', pixels: 256 },
  { kind: 'ic08', pixels: 256 },
  { kind: 'ic14', pixels: 512 },
  { kind: 'ic09', pixels: 512 },
  { kind: 'ic10', pixels: 1024 },
] as const

/**
 * An .icns file: `icns`, the length of all, then each picture as its kind, its length with these eight bytes, and its
 * PNG; numbers big-endian. Pure.
 */
export function icns(png: (pixels: number) => Uint8Array): Buffer {
  const pictures = icnsKinds.map(({ kind, pixels }) => chunk(kind, png(pixels)))
  return chunk('icns', Buffer.concat(pictures))
}

function chunk(kind: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8)
  head.write(kind, 0, 'latin1')
  head.writeUInt32BE(data.length + 8, 4)
  return Buffer.concat([head, data])
}
