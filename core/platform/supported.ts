import { ExitError } from './exit.ts'

export interface Machine {
  readonly platform: string
  readonly arch: string
  /** Version of glibc on Linux; undefined for other C libraries. */
  readonly glibc: string | undefined
  readonly tryAnyway: boolean
}

/**
 * Refuses machines Impetus is not built for, in plain words.
 *
 * @throws ExitError `configuration`
 */
export function refuseUnsupported(machine: Machine): void {
  const missing = missingOn(machine)
  if (missing === undefined || machine.tryAnyway) return
  throw new ExitError(
    'configuration',
    `Impetus runs on Macs with Apple silicon (macOS 14 or later) and on x86-64 Linux with glibc. ${missing} To try all the same, set IMPETUS_UNSUPPORTED=1.`,
  )
}

/** What is not there for this machine; undefined when everything is. */
export function missingOn({ platform, arch, glibc }: Machine): string | undefined {
  if (platform === 'darwin' && arch === 'arm64') return undefined
  if (platform === 'darwin')
    return 'This is a Mac with an Intel processor: there is no engine with Metal for it.'
  if (platform === 'linux' && arch === 'x64') {
    return glibc === undefined
      ? 'This Linux has another C library: the engine’s files need glibc.'
      : undefined
  }
  return `This is ${platform} on ${arch}: there are no engine files for it.`
}

/** This machine. Takes about a millisecond on Linux. */
export function thisMachine(env: Readonly<Record<string, string | undefined>>): Machine {
  const { platform, arch } = process
  return {
    platform,
    arch,
    glibc: platform === 'linux' ? glibcVersion() : undefined,
    tryAnyway: env.IMPETUS_UNSUPPORTED === '1',
  }
}

function glibcVersion(): string | undefined {
  // The full report would look up every network peer's name.
  Object.assign(process.report, { excludeNetwork: true })
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  return header?.glibcVersionRuntime
}
