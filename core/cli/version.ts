import { version } from '../platform/version.ts'
import type { Call } from './command.ts'
import { answer } from './output.ts'

export async function run(call: Call): Promise<undefined> {
  const { platform, arch, versions } = process
  answer(
    call,
    { version: version(), node: versions.node, platform, arch },
    `Impetus ${version()} (Node ${versions.node}, ${platform} ${arch})`,
  )
}
