import { logLevels } from './binding.ts'

/** Longest line that goes to the core: what a model file makes llama.cpp say is not for the log to keep whole. */
const longestLine = 1000

/** The runner's voice: JSON lines on its error output, which the core writes into its own log. */
export class RunnerLog {
  /** The first thing llama.cpp called an error: why a load failed. What follows only says that it did. */
  #firstError: string | undefined

  native(level: number, text: string): void {
    const line = text.trim()
    if (line === '' || /^\.+$/.test(line)) return
    if (level <= logLevels.error) this.#firstError ??= line.slice(0, longestLine)
    this.#write(level <= logLevels.error ? 'error' : level === logLevels.warn ? 'warn' : 'debug', line)
  }

  /** Why llama.cpp failed, in its own words. They come through a queue of another thread, after the failure itself. */
  async reason(): Promise<string> {
    for (let look = 0; this.#firstError === undefined && look < 20; look++)
      await new Promise(resolve => setTimeout(resolve, 5))
    return this.#firstError?.replace(leadIn, '').replace(folders, '') ?? 'it does not say why'
  }

  error(message: string, error: unknown): void {
    this.#write('error', `${message}: ${error instanceof Error ? (error.stack ?? error.message) : error}`)
  }

  #write(level: 'debug' | 'warn' | 'error', message: string): void {
    process.stderr.write(`${JSON.stringify({ level, message: message.slice(0, longestLine) })}\n`)
  }
}

/** The names of the functions that say it. */
const leadIn = /^(\w+: )*(error loading model: )*/
/** Where on this machine a file lies is nobody's business. */
const folders = /(?:\/[^\s/'"]+)+\//g
