import { exitCodes } from '../contract/exit-codes.ts'
import type { CommandFacts } from './command.ts'
import { commands, commonOptions, serveCommand } from './commands.ts'

const all: readonly CommandFacts[] = [serveCommand, ...commands]

/** The list of commands. */
export function overview(): string {
  const rows = all.map(({ name, summary }) => [name, summary] as const)
  return [
    'Impetus, a local server for language models.',
    '',
    'Usage: impetus COMMAND [options]',
    '',
    ...columns(rows),
    ...columns([['help COMMAND', 'Show what a command takes']]),
    '',
    'Every command takes --json. IMPETUS_HOME chooses the folder that everything is kept in.',
    '',
    'Exit codes:',
    ...columns(Object.values(exitCodes).map(({ code, meaning }) => [String(code), meaning] as const)),
  ].join('\n')
}

/** One command in full. */
export function helpOn(command: CommandFacts): string {
  const usage = [
    `Usage: impetus ${command.name}`,
    ...(command.arguments ?? []).map(({ name, required, rest }) =>
      required ? name : `[${name}${rest ? ' …' : ''}]`,
    ),
    '[options]',
  ].join(' ')
  const options = [...(command.options ?? []), ...commonOptions].map(({ name, short, value, help }) => {
    const long = `--${name}${value === undefined ? '' : ` ${value}`}`
    return [short === undefined ? `    ${long}` : `-${short}, ${long}`, help] as const
  })
  return [
    `${command.summary}.`,
    '',
    usage,
    '',
    ...columns((command.arguments ?? []).map(({ name, help }) => [name, help] as const)),
    ...columns(options),
    '',
    'Examples:',
    ...command.examples.map(example => `  ${example}`),
  ].join('\n')
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(16, ...rows.map(([left]) => left.length)) + 2
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`)
}
