import pino from 'pino'
import type { Log, LogFields } from './log.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Where lines go: one JSON object each, ending in a line feed. */
export interface LogTarget {
  write(line: string): void
}

/** The whole program's log; `setLevel` works on every child at once. */
export interface Logger extends Log {
  setLevel(level: LogLevel): void
}

/**
 * Structured logging as JSON lines: `time` (milliseconds), `level`, `msg`, `room`, `requestId` and further fields.
 *
 * Prompts, answers and keys must not be handed in; `LogFields` takes only flat values, which keeps a request body from
 * slipping through. Keys that end up inside a text all the same are blotted out by their shape.
 */
export function createLogger(target: LogTarget, level: LogLevel): Logger {
  let current = level
  const root = pino(
    {
      base: null,
      level: 'debug',
      timestamp: () => `,"time":${Date.now()}`,
      formatters: { level: label => ({ level: label }) },
    },
    { write: line => target.write(blot(line)) },
  )
  return {
    ...wrap(root, () => current),
    setLevel: next => {
      current = next
    },
  }
}

const order: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 }

function wrap(logger: pino.Logger, level: () => LogLevel): Log {
  const on = (wanted: LogLevel): boolean => order[wanted] >= order[level()]
  return {
    debug: (message, fields) => void (on('debug') && logger.debug(fields ?? {}, message)),
    info: (message, fields) => void (on('info') && logger.info(fields ?? {}, message)),
    warn: (message, fields) => void (on('warn') && logger.warn(fields ?? {}, message)),
    error: (message, error, fields) => {
      if (on('error')) logger.error(error === undefined ? (fields ?? {}) : { ...fields, err: error }, message)
    },
    child: (fields: LogFields) => wrap(logger.child(fields), level),
  }
}

/** Our own keys, the usual shapes of other services' keys, and one-time sign-in codes in links. */
const secrets =
  /\b(imp_|sk-|hf_)[A-Za-z0-9_-]{8,}|([#?&](?:code|api_key|key|token)=)[^\s"&\\]+|(Bearer\s+)[^\s"\\]+/gi

function blot(line: string): string {
  return line.replace(
    secrets,
    (_match, prefix, parameter, bearer) => `${prefix ?? parameter ?? bearer}[hidden]`,
  )
}
