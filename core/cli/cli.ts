import { ImpetusError } from '../contract/errors.ts'
import { type ExitReason, exitCodes } from '../contract/exit-codes.ts'
import { ExitError } from '../platform/exit.ts'
import { resolveHome } from '../platform/paths.ts'
import type { Call, Command, CommandFacts, Run, Tools } from './command.ts'
import { commands, serveCommand } from './commands.ts'
import { helpOn, overview } from './help.ts'
import { parseCall } from './parse.ts'

export interface CliParts {
  /** The server, which main.ts composes. */
  readonly serve: () => Promise<{ readonly run: Run }>
  readonly tools: Tools
}

/** Runs one command line and answers the exit code. Whatever goes wrong ends in one plain line on standard error. */
export async function runCli(args: readonly string[], parts: CliParts): Promise<number> {
  const json = args.includes('--json')
  // `impetus models | head` closes the pipe: nobody reads the rest. A server goes on without its terminal.
  const unread = () => void (args[0] !== 'serve' && process.exit(0))
  for (const stream of [process.stdout, process.stderr]) stream.on('error', unread)
  try {
    return exitCodes[await dispatch(args, parts)].code
  } catch (error) {
    return report(error, json)
  }
}

async function dispatch(args: readonly string[], parts: CliParts): Promise<ExitReason> {
  const [first] = args
  if (first === undefined || first === '--help' || first === '-h') return print(overview())
  if (first === '--version' || first === '-v') return await dispatch(['version', ...args.slice(1)], parts)
  if (first === 'help') {
    const about = find(args.slice(1), parts)
    return print(about === undefined ? overview() : helpOn(about.command))
  }
  const found = find(args, parts)
  if (found === undefined) throw new ExitError('usage', unknown(args))
  const parsed = parseCall(found.command, found.rest)
  if (parsed.switches.has('help')) return print(helpOn(found.command))
  const { run } = await found.command.load()
  const call: Call = {
    ...parsed,
    json: parsed.switches.has('json'),
    io: process,
    env: process.env,
    tools: parts.tools,
    paths: () => resolveHome(process.env, process.platform),
  }
  return (await run(call)) ?? 'ok'
}

function print(text: string): ExitReason {
  process.stdout.write(`${text}\n`)
  return 'ok'
}

function find(
  args: readonly string[],
  parts: CliParts,
): { command: Command; rest: readonly string[] } | undefined {
  const table: readonly Command[] = [{ ...serveCommand, load: parts.serve }, ...commands]
  for (const words of [2, 1]) {
    const command = table.find(({ name }) => name === args.slice(0, words).join(' '))
    if (command !== undefined) return { command, rest: args.slice(words) }
  }
  return undefined
}

function unknown(args: readonly string[]): string {
  return `There is no command "${args[0]}". See "impetus help".`
}

function report(error: unknown, json: boolean): number {
  const { reason, message, code } = describe(error)
  const text = json
    ? JSON.stringify({ error: { message, code, exitCode: exitCodes[reason].code } })
    : `impetus: ${message}`
  process.stderr.write(`${text}\n`)
  return exitCodes[reason].code
}

function describe(error: unknown): { reason: ExitReason; message: string; code: string } {
  if (error instanceof ExitError) return { reason: error.reason, message: error.message, code: error.reason }
  if (error instanceof ImpetusError) return { reason: 'failed', message: error.message, code: error.code }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    reason: 'internal',
    message: `This is a defect in Impetus, please report it. ${text}`,
    code: 'internal',
  }
}

/** For documentation and tests. */
export const allCommands: readonly CommandFacts[] = [serveCommand, ...commands]
