import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The packaged program, copied alone into an empty folder: nothing of the project, of npm or of Node is near. */
export class Packaged implements AsyncDisposable {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'impetus-packaged-'))
  readonly home = path.join(this.folder, 'home')
  readonly program = path.join(this.folder, 'bin', 'impetus')
  #core: ChildProcess | undefined

  constructor(executable: string) {
    mkdirSync(path.dirname(this.program))
    copyFileSync(executable, this.program)
  }

  environment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { PATH: '/usr/bin:/bin', HOME: this.folder, IMPETUS_HOME: this.home, ...extra }
  }

  /** Runs a command to its end. @throws when it fails, with what it said */
  async command(...words: readonly string[]): Promise<string> {
    return (await run(this.program, [...words], { env: this.environment() })).stdout
  }

  /** Starts the core. @returns its address */
  async serve(env: Readonly<Record<string, string>> = {}, cwd = this.folder): Promise<string> {
    const flags = ['serve', '--json', '--supervised', '--port', '0', '--threads', '1']
    const child = spawn(this.program, flags, {
      env: this.environment(env),
      cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#core = child
    let complaint = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = `${complaint}${text}`.slice(-4000)
    })
    let text = ''
    for await (const piece of child.stdout.setEncoding('utf8')) {
      text += piece as string
      if (text.includes('\n')) return (JSON.parse(text) as { url: string }).url
    }
    throw new Error(`The packaged core ended: ${complaint}`)
  }

  /** Ends the core as its user does. @returns its exit code */
  async stop(): Promise<number | null> {
    const child = this.#core
    if (child === undefined || child.exitCode !== null || child.signalCode !== null)
      return child?.exitCode ?? null
    child.kill('SIGTERM')
    const [code] = (await once(child, 'exit')) as [number | null]
    return code
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
