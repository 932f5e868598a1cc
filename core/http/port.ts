import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { promisify } from 'node:util'

export interface PortHolder {
  readonly pid: number
  readonly name: string
}

/** The port belongs to another program. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError'
  readonly port: number
  /** Who has it, where the system tells. */
  readonly holder: PortHolder | null

  constructor(port: number, holder: PortHolder | null) {
    super(
      holder ? `Port ${port} is taken by ${holder.name} (process ${holder.pid}).` : `Port ${port} is taken.`,
    )
    this.port = port
    this.holder = holder
  }
}

/** Which process listens on a port; `null` where the system does not tell (another user's process). */
export async function findPortHolder(port: number, platform = process.platform): Promise<PortHolder | null> {
  try {
    return platform === 'linux' ? await fromProc(port) : await fromLsof(port)
  } catch {
    // Knowing the name is a courtesy: that the port is taken is said either way.
    return null
  }
}

/** Inodes of the listening sockets in the text of /proc/net/tcp or tcp6. */
export function listeningInodes(table: string, port: number): readonly string[] {
  const listening = '0A'
  return table
    .split('\n')
    .slice(1)
    .map(line => line.trim().split(/\s+/))
    .filter(([, local, , state]) => {
      const hex = local?.split(':')[1]
      return state === listening && hex !== undefined && Number.parseInt(hex, 16) === port
    })
    .flatMap(fields => fields[9] ?? [])
}

/** The first process in the output of `lsof -Fpc`. */
export function parseLsof(output: string): PortHolder | null {
  const pid = /^p(\d+)$/m.exec(output)?.[1]
  const name = /^c(.+)$/m.exec(output)?.[1]
  return pid === undefined || name === undefined ? null : { pid: Number(pid), name }
}

async function fromProc(port: number): Promise<PortHolder | null> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map(path => readFile(path, 'utf8').catch(() => '')),
  )
  const wanted = new Set(
    tables.flatMap(table => listeningInodes(table, port)).map(inode => `socket:[${inode}]`),
  )
  if (wanted.size === 0) return null
  for (const pid of await readdir('/proc')) {
    if (/^\d+$/.test(pid) && (await holdsOneOf(pid, wanted))) {
      return { pid: Number(pid), name: (await readFile(`/proc/${pid}/comm`, 'utf8')).trim() }
    }
  }
  return null
}

/** False also where the process is gone or another user's. */
async function holdsOneOf(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`
  const names = await readdir(folder).catch(() => [])
  const targets = await Promise.all(names.map(name => readlink(`${folder}/${name}`).catch(() => '')))
  return targets.some(target => sockets.has(target))
}

async function fromLsof(port: number): Promise<PortHolder | null> {
  const { stdout } = await promisify(execFile)(
    '/usr/sbin/lsof',
    ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'],
    {
      timeout: 3000,
    },
  )
  return parseLsof(stdout)
}
