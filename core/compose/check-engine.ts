import { endRole } from '../platform/child.ts'
import { resolveHome } from '../platform/paths.ts'
import { findNative } from './native.ts'

export interface EngineCheck {
  readonly works: boolean
  readonly message: string
}

/** Loading native libraries from a cold disk takes seconds; longer than this it hangs. */
const patienceMilliseconds = 20_000

/** Starts the native engine in a child, because it can take its process with it. */
export async function checkEngine(): Promise<EngineCheck> {
  const { spawn } = await findNative(resolveHome(process.env, process.platform))
  const child = await spawn('engine-check', [])
  let output = ''
  let complaint = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    output += piece
  })
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    complaint = (complaint + piece).slice(-10_000)
  })
  const late = setTimeout(() => child.process.kill('SIGKILL'), patienceMilliseconds)
  const { code, signal } = await child.ended
  clearTimeout(late)
  await endRole(child, 0)
  if (code === 0) {
    const { gpu, cores } = JSON.parse(output) as { gpu: string | null; cores: number }
    return { works: true, message: `llama.cpp starts (${gpu === null ? `processor, ${cores} cores` : gpu})` }
  }
  const reason =
    /^\s*(?:Error|\w+Error): (.+)$/m.exec(complaint)?.[1] ?? (signal === null ? `code ${code}` : signal)
  return { works: false, message: `llama.cpp does not start: ${reason}` }
}
