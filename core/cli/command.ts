import type { ExitReason } from '../contract/exit-codes.ts'
import type { Environment, Paths } from '../platform/paths.ts'

/** One value on the command line that is not an option. */
export interface Argument {
  readonly name: string
  readonly help: string
  readonly required?: true
  /** Takes everything that is left. */
  readonly rest?: true
}

export interface Option {
  /** Without the dashes. */
  readonly name: string
  readonly short?: string
  /** What stands for the value in help texts; absent for switches. */
  readonly value?: string
  readonly help: string
}

/** What a command is, without what it does: help, documentation and tests are made from it. */
export interface CommandFacts {
  /** One word, or two for a command of a group (`keys create`). */
  readonly name: string
  readonly summary: string
  readonly arguments?: readonly Argument[]
  readonly options?: readonly Option[]
  readonly examples: readonly string[]
}

export interface Command extends CommandFacts {
  /** Loads what it does: a command pays only for itself. */
  readonly load: () => Promise<{ readonly run: Run }>
}

/** Does the command's work. Answers how the process ends, `ok` when nothing is said; throws ExitError or ImpetusError. */
export type Run = (call: Call) => Promise<ExitReason | undefined>

/** One call of a command: what was written, and the world it runs in. */
export interface Call {
  /** By the arguments' names; `rest` holds everything left. */
  readonly values: Readonly<Record<string, string | undefined>>
  readonly rest: readonly string[]
  readonly options: Readonly<Record<string, string | undefined>>
  readonly switches: ReadonlySet<string>
  /** Answer in JSON, for programs. */
  readonly json: boolean
  readonly io: Io
  readonly env: Environment
  readonly tools: Tools
  /** Where this home's files are. @throws ExitError when the environment does not say */
  paths(): Paths
}

/** The ways in and out. */
export interface Io {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

/** What other rooms lend to the commands; main.ts hands it over. */
export interface Tools {
  readonly findPortHolder: (port: number) => Promise<{ readonly pid: number; readonly name: string } | null>
  readonly checkSettings: (
    path: string,
    env: Environment,
  ) => Promise<{
    readonly problem: string | null
    readonly warnings: readonly string[]
    readonly port: number
  }>
  readonly checkEngine: () => Promise<{ readonly works: boolean; readonly message: string }>
}
