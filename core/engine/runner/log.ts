import { logLevels } from './binding.ts'

/** Longest line that goes to the core: what a model file makes llama.cpp say is not for the log to keep whole. */
const longestLine = 1000

/** The runner's voice: JSON lines on its error output, which the core writes into its own log. */
export class RunnerLog {
  /** The last thing llama.cpp called an error, which is why a load failed. */
  lastError: string | undefined

  native(level: number, text: string): void {
    const line = text.trim()
    if (line === '' || /^\.+$/.test(line)) return
    if (level <= logLevels.error) this.lastError = line.slice(0, longestLine)
    this.#write(level <= logLevels.error ? 'error' : level === logLevels.warn ? 'warn' : 'debug', line)
  }

  error(message: string, error: unknown): void {
    this.#write('error', `${message}: ${error instanceof Error ? (error.stack ?? error.message) : error}`)
  }

  #write(level: 'debug' | 'warn' | 'error', message: string): void {
    process.stderr.write(`${JSON.stringify({ level, message: message.slice(0, longestLine) })}\n`)
  }
}
