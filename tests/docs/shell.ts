import { readFileSync } from 'node:fs'
import path from 'node:path'
import { commonOptions } from '../../core/cli/commands.ts'
import { allCommands } from '../../scripts/docs/commands.ts'

const root = path.dirname(path.dirname(import.meta.dirname))
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}

/** The commands of this project in a line of shell, as words; `impetus` is always the first of its own. */
export function shellCommands(line: string): string[][] {
  const code = line.replace(/(^|\s)#.*$/, '')
  return code
    .split(/\||&&|;/)
    .map(part => (part.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map(word => word.replace(/^(["'])(.*)\1$/, '$2')))
    .map(words =>
      words.slice(0, 4).join(' ') === 'npm run impetus --' ? ['impetus', ...words.slice(4)] : words,
    )
    .filter(([program, ...rest]) => program === 'npm' || (program === 'impetus' && rest.length > 0))
}

/** What is wrong with a command, in words; nothing when it can be run as it stands. */
export function wrongWords(words: readonly string[]): string[] {
  const [program, ...rest] = words
  return program === 'npm' ? wrongScript(rest) : wrongCommand(rest)
}

function wrongScript(words: readonly string[]): string[] {
  const [verb = '', script = ''] = words
  if (verb === 'start' || verb === 'test') return scripts[verb] ? [] : [`npm ${verb}`]
  if (verb !== 'run') return []
  return scripts[script] ? [] : [`npm run ${script}: there is no such script`]
}

function wrongCommand(words: readonly string[]): string[] {
  const command = [words.slice(0, 2).join(' '), words[0]].flatMap(
    name => allCommands.find(known => known.name === name) ?? [],
  )[0]
  if (words[0] === 'help' || words[0] === 'COMMAND') return []
  if (!command) return [`impetus ${words.join(' ')}: there is no such command`]
  const options = [...(command.options ?? []), ...commonOptions]
  const known = new Set(options.flatMap(({ name, short }) => [`--${name}`, ...(short ? [`-${short}`] : [])]))
  return words
    .filter(word => word.startsWith('-') && !known.has(word.split('=')[0] as string))
    .map(word => `impetus ${command.name} has no ${word}`)
}
