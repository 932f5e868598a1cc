import type { Random } from '../gguf/random.ts'
import { amount, wholeNumber } from './words.ts'

/** An argument: how it may be called, what fills it, how an optional one is said behind the request. */
export interface ArgumentKind {
  readonly keys: readonly string[]
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array'
  readonly items?: string
  value(random: Random): unknown
  readonly choices?: readonly string[]
  /** Absent: always given, at its place `{n}` in the request. */
  readonly said?: readonly string[]
}

export interface ToolKind {
  /** Verb and noun pairs, spelt in several styles when used. */
  readonly names: readonly string[]
  readonly about: readonly string[]
  readonly asks: readonly string[]
  readonly args: readonly ArgumentKind[]
  /** A result, and how to tell it. Absent: `{"ok":true}` and the like. */
  result?(values: readonly unknown[], random: Random): { data: Record<string, unknown>; say: string }
}

export const text = (
  keys: string,
  value: (random: Random) => string,
  said?: readonly string[],
): ArgumentKind => ({
  keys: keys.split(' '),
  type: 'string',
  value,
  ...(said && { said }),
})
export const whole = (
  keys: string,
  value: (random: Random) => number = wholeNumber,
  said?: readonly string[],
): ArgumentKind => ({ keys: keys.split(' '), type: 'integer', value, ...(said && { said }) })
export const decimal = (keys: string, said?: readonly string[]): ArgumentKind => ({
  keys: keys.split(' '),
  type: 'number',
  value: amount,
  ...(said && { said }),
})
export const choice = (keys: string, choices: string, said?: readonly string[]): ArgumentKind => ({
  keys: keys.split(' '),
  type: 'string',
  choices: choices.split(' '),
  value: random => random.pick(choices.split(' ')),
  ...(said && { said }),
})
export const list = (keys: string, item: (random: Random) => string): ArgumentKind => ({
  keys: keys.split(' '),
  type: 'array',
  items: 'string',
  value: random => Array.from({ length: 2 + random.below(3) }, () => item(random)),
})
export const skies = ['sunny', 'cloudy', 'rainy', 'windy', 'clear', 'foggy', 'snowy']
export const small = (random: Random) => 1 + random.below(14)
