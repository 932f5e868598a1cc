import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { promisify } from 'node:util'

export interface PortHolder {
  readonly pid: number
  readonly name: string
}

/**
 * The process that listens on a TCP port of this machine, where the system tells: on Linux only processes of the same
 * user can be looked into, on macOS lsof answers. Undefined otherwise; never throws.
 */
export async function portHolder(port: number): Promise<PortHolder | undefined> {
  try {
    return process.platform === 'darwin' ? await holderByLsof(port) : holderByProc(port)
  } catch {
    return undefined
  }
}

const listening = '0A'

function holderByProc(port: number): PortHolder | undefined {
  const inodes = new Set<string>()
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readIfThere(table).split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
      if (local?.endsWith(wanted) && state === listening && inode !== undefined)
        inodes.add(`socket:[${inode}]`)
    }
  }
  if (inodes.size === 0) return undefined
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    if (linksOf(`/proc/${pid}/fd`).some(link => inodes.has(link))) {
      return { pid: Number(pid), name: readIfThere(`/proc/${pid}/comm`).trim() || 'unknown' }
    }
  }
  return undefined
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Where a process's open files point; empty for processes of others and for ones that have just ended. */
function linksOf(folder: string): string[] {
  try {
    return readdirSync(folder).map(name => readlinkSync(`${folder}/${name}`))
  } catch {
    return []
  }
}

async function holderByLsof(port: number): Promise<PortHolder | undefined> {
  const { stdout } = await promisify(execFile)(
    '/usr/sbin/lsof',
    ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'],
    {
      timeout: 2000,
    },
  )
  const pid = /^p(\d+)$/m.exec(stdout)?.[1]
  const name = /^c(.+)$/m.exec(stdout)?.[1]
  return pid === undefined ? undefined : { pid: Number(pid), name: name ?? 'unknown' }
}
