/**
 * The parts of a Mach-O file that signing needs: thin, 64 bits, little-endian, as Node and its native modules are for
 * Apple silicon. Names and numbers are those of Apple's <mach-o/loader.h>.
 */

const magic64 = 0xfeedfacf
const cpuArm64 = 0x0100000c
const headerBytes = 32
const segment64 = 0x19
const codeSignature = 0x1d
const buildVersion = 0x32
const loadDylib = 0x0c
const loadWeakDylib = 0x80000018

export interface Segment {
  readonly name: string
  /** Where its load command is. */
  readonly command: number
  readonly fileOffset: number
  readonly fileBytes: number
}

export interface MachO {
  readonly isArm64: boolean
  /** 2: a program; 6: a library; 8: a module that is loaded at run time. */
  readonly kind: number
  readonly commands: number
  readonly commandBytes: number
  readonly segments: readonly Segment[]
  readonly libraries: readonly string[]
  /** The oldest macOS that it runs on, as "14.0". */
  readonly minimumOs: string | undefined
  readonly signature:
    | { readonly command: number; readonly offset: number; readonly bytes: number }
    | undefined
  /** The first byte that belongs to a section; load commands must end before it. */
  readonly firstSection: number
}

/** @throws for a file that is no thin 64-bit Mach-O, or is cut */
export function parse(file: Buffer): MachO {
  if (file.length < headerBytes || file.readUInt32LE(0) !== magic64)
    throw new Error('This is no thin 64-bit Mach-O file.')
  const commands = file.readUInt32LE(16)
  const segments: Segment[] = []
  const libraries: string[] = []
  let minimumOs: string | undefined
  let signature: MachO['signature']
  let firstSection = Number.POSITIVE_INFINITY
  let place = headerBytes
  for (let index = 0; index < commands; index++) {
    const bytes = file.readUInt32LE(place + 4)
    switch (file.readUInt32LE(place)) {
      case segment64:
        segments.push({
          name: textAt(file, place + 8, 16),
          command: place,
          fileOffset: Number(file.readBigUInt64LE(place + 40)),
          fileBytes: Number(file.readBigUInt64LE(place + 48)),
        })
        firstSection = Math.min(firstSection, firstSectionOf(file, place))
        break
      case codeSignature:
        signature = {
          command: place,
          offset: file.readUInt32LE(place + 8),
          bytes: file.readUInt32LE(place + 12),
        }
        break
      case buildVersion:
        minimumOs = versionText(file.readUInt32LE(place + 12))
        break
      case loadDylib:
      case loadWeakDylib:
        libraries.push(textAt(file, place + file.readUInt32LE(place + 8), bytes))
        break
    }
    place += bytes
  }
  return {
    isArm64: file.readUInt32LE(4) === cpuArm64,
    kind: file.readUInt32LE(12),
    commands,
    commandBytes: file.readUInt32LE(20),
    segments,
    libraries,
    minimumOs,
    signature,
    firstSection,
  }
}

const sectionBytes = 80
/** Sections without bytes in the file: zeros, also of threads. */
const withoutBytes = new Set([0x01, 0x0c, 0x12])

function firstSectionOf(file: Buffer, segment: number): number {
  let first = Number.POSITIVE_INFINITY
  for (let index = 0; index < file.readUInt32LE(segment + 64); index++) {
    const section = segment + 72 + index * sectionBytes
    const offset = file.readUInt32LE(section + 48)
    const type = file.readUInt32LE(section + 64) & 0xff
    if (offset > 0 && !withoutBytes.has(type)) first = Math.min(first, offset)
  }
  return first
}

export function textAt(file: Buffer, start: number, most: number): string {
  const end = file.indexOf(0, start)
  return file.toString('latin1', start, end < 0 || end > start + most ? start + most : end)
}

function versionText(packed: number): string {
  return `${packed >> 16}.${(packed >> 8) & 0xff}`
}
