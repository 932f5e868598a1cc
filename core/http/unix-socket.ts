import { chmod, lstat, mkdir, unlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname } from 'node:path'

/** Why the socket cannot be opened. `live`: another core answers on it. */
export class SocketError extends Error {
  override readonly name = 'SocketError'
  readonly reason: 'too-long' | 'live' | 'not-a-socket'

  constructor(reason: 'too-long' | 'live' | 'not-a-socket', message: string) {
    super(message)
    this.reason = reason
  }
}

/** macOS has 104 bytes for the path with its closing zero, Linux 108; one limit keeps a home movable. */
const longestPath = 103

/**
 * Makes the place for a socket: its folder for the owner alone, a socket that nobody answers on removed. A live one
 * and a file that is not a socket stay.
 *
 * @throws SocketError
 */
export async function prepareSocketPath(path: string): Promise<void> {
  const bytes = Buffer.byteLength(path)
  if (bytes > longestPath) {
    throw new SocketError(
      'too-long',
      `The path of the socket is ${bytes} bytes long, the system allows ${longestPath}: ${path}. Set IMPETUS_HOME to a shorter path.`,
    )
  }
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // mkdir leaves an existing folder's rights alone. The folder guards the socket between bind and chmod.
  await chmod(folder, 0o700)
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (found === null) return
  if (!found.isSocket()) {
    throw new SocketError('not-a-socket', `${path} is in the way and is not a socket. Move it aside.`)
  }
  if (await answers(path)) throw new SocketError('live', `Another Impetus already answers on ${path}.`)
  await unlink(path)
}

/** Whether somebody listens. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false)
      // EAGAIN: its queue is full, so there is a listener.
      else if (error.code === 'EAGAIN') resolve(true)
      else reject(error)
    })
  })
}
