import { structureCases } from './structure-cases.testing.ts'
import { valueCases } from './value-cases.testing.ts'

/** One schema each, with values it must allow and texts that the grammar must not. */
export interface Case {
  readonly name: string
  readonly schema: object | boolean
  readonly valid: readonly unknown[]
  readonly invalid: readonly string[]
  /** As `path keyword`. */
  readonly notEnforced?: readonly string[]
}

export const cases: readonly Case[] = [...structureCases, ...valueCases]
