import { styleText } from 'node:util'

const colours = { debug: 'gray', info: 'cyan', warn: 'yellow', error: 'red' } as const
/** Shown in their own places, or of no use to a reader. */
const placed = new Set(['level', 'time', 'room', 'msg', 'event', 'err'])

/**
 * One line of the log for people: time, level, room, message, then the fields, then an error's stack indented. What is
 * not one of our lines comes back as it is.
 */
export function readableLine(line: string, colour: boolean): string {
  const entry = parse(line)
  if (entry === undefined) return line
  const paint = (format: Parameters<typeof styleText>[0], text: string): string =>
    colour ? styleText(format, text, { validateStream: false }) : text
  const level = String(entry.level)
  const parts = [
    paint('gray', localTime(Number(entry.time))),
    paint(colours[level as keyof typeof colours] ?? 'white', level.padEnd(5)),
    ...(entry.room === undefined ? [] : [`${entry.room}:`]),
    printable(String(entry.msg ?? entry.event ?? '')),
    ...Object.entries(entry)
      .filter(([name]) => !placed.has(name))
      .map(([name, value]) => paint('gray', `${name}=${printable(show(value))}`)),
  ]
  const { stack } = (entry.err ?? {}) as { stack?: string }
  return stack === undefined ? parts.join(' ') : `${parts.join(' ')}\n${paint('gray', indent(stack))}`
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && 'time' in value
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.includes(' ') && !text.startsWith('"') ? JSON.stringify(text) : text
}

/** Header values and file names come from outside: none of them may move the cursor or ring the bell. */
function printable(text: string): string {
  return text.replaceAll(
    /\p{Cc}/gu,
    character => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}

function indent(text: string): string {
  return text
    .split('\n')
    .map(line => `    ${printable(line.trim())}`)
    .join('\n')
}

function localTime(time: number): string {
  if (!Number.isFinite(time)) return '--:--:--.---'
  const date = new Date(time)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`
}
