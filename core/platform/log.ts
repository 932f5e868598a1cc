/** Values that may be logged. Never a prompt, an answer or a key. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>

/** A room's voice in the log. `child` adds fields (room, request id) to every line. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  /** `error` is logged with its stack. */
  error(message: string, error?: unknown, fields?: LogFields): void
  child(fields: LogFields): Log
}
