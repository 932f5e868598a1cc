import type { Random } from '../gguf/random.ts'
import { capital, identifier, madeUp, nouns, phrase, typeName, wholeNumber } from './words.ts'

export type Language = 'ts' | 'py' | 'swift'

/**
 * Small pieces of code. Slots: {f} {g} functions, {a} {b} {c} variables, {T} a type, {n} {m} numbers, {s} a text. The
 * same slot is the same word everywhere in the snippet.
 */
const patterns: Readonly<Record<Language, readonly string[]>> = {
  ts: [
    'function {f}({a}: number, {b}: number): number {\n  return {a} + {b}\n}',
    'function {f}({a}: number, {b}: number): number {\n  return {a} * {b}\n}',
    'export function {f}({a}: string): string {\n  return {a}.trim()\n}',
    'export function {f}({a}: string): string {\n  return {a}.toUpperCase()\n}',
    'export function {f}({a}: {T}[]): number {\n  return {a}.length\n}',
    'const {a} = {n}\nconst {b} = {m}\nconsole.log({a} + {b})',
    'const {a} = [{n}, {m}]\nfor (const {b} of {a}) {\n  console.log({b})\n}',
    'for (let i = 0; i < {a}.length; i++) {\n  console.log({a}[i])\n}',
    'if ({a} > {b}) {\n  return {a}\n} else {\n  return {b}\n}',
    'if ({a} === undefined) {\n  throw new Error("{s}")\n}\nreturn {a}',
    'export interface {T} {\n  {a}: string\n  {b}: number\n}',
    'class {T} {\n  constructor(private {a}: string) {}\n\n  {f}(): string {\n    return this.{a}\n  }\n}',
    'export async function {f}({a}: string): Promise<string> {\n  const {b} = await fetch({a})\n  return {b}.text()\n}',
    'const {a} = {b}.map({c} => {c}.{f})',
    'const {a} = {b}.filter({c} => {c} > {n})',
    'const {a} = {b}.reduce((sum, {c}) => sum + {c}, 0)',
    'try {\n  {f}({a})\n} catch (error) {\n  console.error(error)\n}',
    'export const {f} = ({a}: number) => {a} * {n}',
    'import { {f} } from "./{a}.ts"\n\nconsole.log({f}({n}))',
    'let {a} = 0\nfor (const {b} of {c}) {\n  {a} += {b}\n}\nreturn {a}',
    'test("{s}", () => {\n  expect({f}({n})).toBe({m})\n})',
    'type {T} = "{a}" | "{b}" | "{c}"',
  ],
  py: [
    'def {f}({a}, {b}):\n    return {a} + {b}',
    'def {f}({a}, {b}):\n    return {a} * {b}',
    'def {f}({a}):\n    return len({a})',
    'def {f}({a}: str) -> str:\n    return {a}.strip()',
    'def {f}({a}: int) -> int:\n    return {a} * {n}',
    '{a} = [{n}, {m}]\nfor {b} in {a}:\n    print({b})',
    'for i in range({n}):\n    print(i)',
    'if {a} > {b}:\n    return {a}\nelse:\n    return {b}',
    'if {a} is None:\n    raise ValueError("{s}")\nreturn {a}',
    'class {T}:\n    def __init__(self, {a}):\n        self.{a} = {a}\n\n    def {f}(self):\n        return self.{a}',
    'with open({a}) as {b}:\n    {c} = {b}.read()',
    'import json\n\nwith open("{a}.json") as {b}:\n    {c} = json.load({b})',
    '{a} = [{b} for {b} in {c} if {b} > {n}]',
    '{a} = {b}.get("{c}", {n})',
    'try:\n    {f}({a})\nexcept ValueError as error:\n    print(error)',
    '{a} = 0\nfor {b} in {c}:\n    {a} += {b}\nreturn {a}',
    'def main():\n    {a} = {f}({n})\n    print({a})\n\n\nif __name__ == "__main__":\n    main()',
    'from {a} import {f}\n\nprint({f}({n}))',
    'def test_{f}():\n    assert {f}({n}) == {m}',
    '@dataclass\nclass {T}:\n    {a}: str\n    {b}: int',
  ],
  swift: [
    'func {f}(_ {a}: Int, _ {b}: Int) -> Int {\n    return {a} + {b}\n}',
    'func {f}({a}: String) -> String {\n    return {a}.uppercased()\n}',
    'func {f}({a}: [Int]) -> Int {\n    return {a}.count\n}',
    'struct {T} {\n    let {a}: String\n    var {b}: Int\n}',
    'let {a} = {n}\nlet {b} = {m}\nprint({a} + {b})',
    'let {a} = [{n}, {m}]\nfor {b} in {a} {\n    print({b})\n}',
    'for i in 0..<{n} {\n    print(i)\n}',
    'guard let {a} = {b} else {\n    return nil\n}\nreturn {a}',
    'if let {a} = {b} {\n    print({a})\n}',
    'if {a} > {b} {\n    return {a}\n} else {\n    return {b}\n}',
    'final class {T} {\n    private let {a}: String\n\n    init({a}: String) {\n        self.{a} = {a}\n    }\n}',
    'enum {T} {\n    case {a}\n    case {b}\n    case {c}\n}',
    'let {a} = {b}.map { $0.{f} }',
    'let {a} = {b}.filter { $0 > {n} }',
    'do {\n    try {f}({a})\n} catch {\n    print(error)\n}',
    'struct {T}: View {\n    var body: some View {\n        Text("{s}")\n    }\n}',
    'func {f}() async throws -> String {\n    let {a} = try await {g}()\n    return {a}\n}',
    'var {a} = 0\nfor {b} in {c} {\n    {a} += {b}\n}\nreturn {a}',
  ],
}

/** What the patterns themselves say: keywords, the library's names. */
export const patternWords: ReadonlySet<string> = new Set(
  Object.values(patterns)
    .flat()
    .flatMap(pattern => pattern.replace(/\{[fgabcTnms]\}/g, ' ').match(/\w+/g) ?? []),
)

const languages: readonly Language[] = ['ts', 'py', 'swift']

export interface Snippet {
  readonly language: Language
  readonly code: string
  readonly slots: Readonly<Record<string, string>>
}

export function snippet(random: Random, language: Language = random.pick(languages)): Snippet {
  const taken = new Set<string>()
  const fresh = (make: () => string) => {
    for (;;) {
      const word = make()
      if (!taken.has(word)) {
        taken.add(word)
        return word
      }
    }
  }
  const snake = (word: string) =>
    language === 'py' ? word.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`) : word
  const camel = (word: string) =>
    language === 'py' ? word : word.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  const name = () => fresh(() => camel(snake(identifier(random))))
  const action = () =>
    fresh(() => {
      const verb = random.pick([
        'get',
        'make',
        'load',
        'find',
        'count',
        'read',
        'add',
        'sum',
        'check',
        'is',
        'parse',
        'send',
        madeUp(random, 1),
      ])
      const noun = random.chance(0.6) ? random.pick(nouns) : madeUp(random, 2)
      return language === 'py' ? `${verb}_${noun}` : verb + capital(noun)
    })
  const slots: Record<string, string> = {}
  const code = random.pick(patterns[language]).replace(/\{([fgabcTnms])\}/g, (_, slot: string) => {
    slots[slot] ??=
      slot === 'f' || slot === 'g'
        ? action()
        : slot === 'T'
          ? fresh(() => typeName(random))
          : slot === 'n' || slot === 'm'
            ? String(wholeNumber(random))
            : slot === 's'
              ? phrase(random)
              : name()
    return slots[slot]!
  })
  return { language, code, slots }
}
