import { parseArgs } from 'node:util'
import { ExitError } from '../platform/exit.ts'
import type { Call, CommandFacts } from './command.ts'
import { commonOptions } from './commands.ts'

export type Parsed = Pick<Call, 'values' | 'rest' | 'options' | 'switches'>

/**
 * Reads a command's arguments by its table. Pure.
 *
 * @throws ExitError `usage` that names what is wrong
 */
export function parseCall(command: CommandFacts, args: readonly string[]): Parsed {
  const known = [...(command.options ?? []), ...commonOptions]
  const wrong = (message: string) => new ExitError('usage', `${message} See "impetus help ${command.name}".`)
  const { values: found, positionals } = read(known, args, wrong)
  const options: Record<string, string> = {}
  const switches = new Set<string>()
  for (const [name, value] of Object.entries(found)) {
    if (typeof value === 'string') options[name] = value
    else if (value === true) switches.add(name)
  }
  const values: Record<string, string> = {}
  const rest = [...positionals]
  for (const argument of command.arguments ?? []) {
    if (argument.rest) {
      if (argument.required && rest.length === 0 && !switches.has('help'))
        throw wrong(`${argument.name} is missing.`)
      continue
    }
    const value = rest.shift()
    if (value !== undefined) values[argument.name] = value
    else if (argument.required && !switches.has('help')) throw wrong(`${argument.name} is missing.`)
  }
  if (rest.length > 0 && !command.arguments?.some(argument => argument.rest))
    throw wrong(`"${rest[0]}" is too much.`)
  return { values, rest, options, switches }
}

function read(
  known: CommandFacts['options'] & object,
  args: readonly string[],
  wrong: (message: string) => ExitError,
) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: Object.fromEntries(
        known.map(({ name, short, value }) => [
          name,
          {
            type: value === undefined ? 'boolean' : 'string',
            ...(short === undefined ? {} : { short }),
          } as const,
        ]),
      ),
    })
  } catch (error) {
    // "Unknown option '--x'. To specify a positional argument …": the first sentence is what matters.
    const [sentence] = (error as Error).message.split(/\.\s|\n/)
    throw wrong(`${sentence?.replace(/\.$/, '')}.`)
  }
}
