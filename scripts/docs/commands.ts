import type { CommandFacts, Option } from '../../core/cli/command.ts'
import { commands, commonOptions, serveCommand } from '../../core/cli/commands.ts'
import { exitCodes } from '../../core/contract/exit-codes.ts'
import { code, table } from './markdown.ts'

/** Every command of `impetus`, in the order of its help. */
export const allCommands: readonly CommandFacts[] = [serveCommand, ...commands]

function optionName({ name, short, value }: Option): string {
  return code(`${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`)
}

function section(command: CommandFacts): string {
  const words = (command.arguments ?? []).map(({ name, required, rest }) =>
    required ? name : `[${name}${rest ? ' …' : ''}]`,
  )
  const rows = [
    ...(command.arguments ?? []).map(({ name, help }) => [code(name), help]),
    ...(command.options ?? []).map(option => [optionName(option), option.help]),
  ]
  return [
    `### impetus ${[command.name, ...words].join(' ')}`,
    `${command.summary}.`,
    ...(rows.length > 0 ? [table(['Argument', 'Meaning'], rows)] : []),
    ['```sh', ...command.examples, '```'].join('\n'),
  ].join('\n\n')
}

export function commandsBlock(): string {
  const common = commonOptions.map(option => `${optionName(option)} (${option.help})`).join(' and ')
  return [`Every command also takes ${common}.`, ...allCommands.map(section)].join('\n\n')
}

export function exitCodesBlock(): string {
  const rows = Object.values(exitCodes).map(({ code, meaning }) => [String(code), meaning])
  return table(['Code', 'Meaning'], rows)
}
