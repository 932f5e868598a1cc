import { createHash } from 'node:crypto'

/** The parts of an embedded signature, as Apple's <kern/cs_blobs.h> numbers them. All numbers are big-endian. */
export const magics = {
  superBlob: 0xfade0cc0,
  codeDirectory: 0xfade0c02,
  requirements: 0xfade0c01,
  entitlements: 0xfade7171,
  entitlementsDer: 0xfade7172,
  wrapper: 0xfade0b01,
} as const

export const slots = {
  codeDirectory: 0,
  requirements: 2,
  entitlements: 5,
  entitlementsDer: 7,
  signature: 0x10000,
} as const

export const flags = { adHoc: 0x2, hardenedRuntime: 0x10000, linkerSigned: 0x20000 } as const

export const pageBytes = 4096
export const hashBytes = 32

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

export function blob(magic: number, data: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(magic, 0)
  head.writeUInt32BE(8 + data.length, 4)
  return Buffer.concat([head, data])
}

/**
 * Entitlements in DER, which macOS 12 and newer read: a version and a dictionary sorted by key.
 *
 * @param entitlements flags only: that is all that Impetus asks for
 */
export function entitlementsInDer(entitlements: Readonly<Record<string, boolean>>): Buffer {
  const items = Object.entries(entitlements)
    .sort(([one], [two]) => (one < two ? -1 : 1))
    .map(([key, value]) =>
      tagged(
        0x30,
        Buffer.concat([tagged(0x0c, Buffer.from(key)), tagged(0x01, Buffer.from([value ? 0xff : 0]))]),
      ),
    )
  return tagged(0x70, Buffer.concat([tagged(0x02, Buffer.from([1])), tagged(0xb0, Buffer.concat(items))]))
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

/** The same as a property list, as codesign takes and shows them. */
export function entitlementsAsPlist(entitlements: Readonly<Record<string, boolean>>): string {
  const items = Object.entries(entitlements).map(([key, value]) => `\t<key>${key}</key>\n\t<${value}/>\n`)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n',
    `<plist version="1.0">\n<dict>\n${items.join('')}</dict>\n</plist>\n`,
  ].join('')
}
