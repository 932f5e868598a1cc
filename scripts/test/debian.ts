import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import process from 'node:process'

/** Whether packages can be installed here unasked. */
export function canInstallPackages(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version')
}

/** Installs Debian packages, saying so. @returns the command that failed, undefined when all went well */
export function installPackages(names: readonly string[]): string | undefined {
  console.log(`Installing ${names.join(' and ')} with apt-get, for the tests (this once)…`)
  for (const words of [['update'], ['install', '--yes', '--no-install-recommends', ...names]]) {
    const result = spawnSync('apt-get', ['--quiet=2', ...words], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    if (result.status !== 0) return `apt-get ${words.join(' ')}`
  }
  return undefined
}
