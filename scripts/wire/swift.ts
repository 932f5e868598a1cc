import { z } from 'zod'

/** What of JSON Schema the contract's types become; anything else stops the generator. */
interface Node {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Node[]
  readonly items?: Node
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly $defs?: Readonly<Record<string, Node>>
}

export interface WireInput {
  /** Swift's name to the schema of what the core answers. */
  readonly answers: Readonly<Record<string, z.ZodType>>
  /** Swift's name to the schema of what is sent to it. */
  readonly requests: Readonly<Record<string, z.ZodType>>
  /** Topics of the event stream; their types are named after them. */
  readonly topics: Readonly<Record<string, z.ZodType>>
}

const heading = `// Made by "npm run wire" from core/contract: change that, not this.
//
// What a newer core adds is ignored, and a word it says that is not known here is kept as it is: the menu bar may have
// found a core that is newer or older than itself. What each value means is said there.
`

/** The Swift file of these types, as Codable structs. @throws where a schema has no Swift form here */
export function swiftWire({ answers, requests, topics }: WireInput): string {
  const maker = new Maker()
  for (const [name, schema] of Object.entries(requests)) maker.add(name, schema, true)
  for (const [name, schema] of Object.entries(answers)) maker.add(name, schema)
  for (const [topic, schema] of Object.entries(topics)) maker.add(factName(topic), schema)
  return `${[heading, 'import Foundation\n', ...maker.declarations, facts(Object.keys(topics), maker)].join('\n')}`
}

class Maker {
  readonly declarations: string[] = []
  /** Schemas with an id of their own, and what they were given out as. */
  readonly #named = new Map<string, string>()
  readonly #aliases = new Map<string, string>()

  add(name: string, schema: z.ZodType, isSent = false): void {
    // Requests are sent in full, so both directions have the same form.
    const node = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as Node
    for (const [id, definition] of Object.entries(node.$defs ?? {})) this.#define(id, definition, isSent)
    if (node.$ref !== undefined) {
      this.#aliases.set(name, refName(node.$ref))
      return
    }
    const own = schema.meta()?.id
    if (own === undefined || own === name) this.#define(name, node, isSent)
    else {
      this.#define(own, node, isSent)
      this.#aliases.set(name, own)
    }
  }

  /** The struct that a name stands for. */
  resolve(name: string): string {
    return this.#aliases.get(name) ?? name
  }

  #define(name: string, node: Node, isSent: boolean): void {
    const made = struct({ name, node, depth: 0, isSent })
    const known = this.#named.get(name)
    if (known !== undefined && known !== made) throw new Error(`Two different types are called ${name}.`)
    if (known !== undefined) return
    this.#named.set(name, made)
    this.declarations.push(made)
  }
}

interface Field {
  readonly key: string
  readonly name: string
  readonly type: string
  readonly isOptional: boolean
}

interface Type {
  readonly name: string
  readonly node: Node
  readonly depth: number
  /** Whether the menu bar makes such values and sends them. */
  readonly isSent: boolean
}

function struct({ name, node, depth, isSent }: Type): string {
  const nested: string[] = []
  const fields = Object.entries(node.properties ?? {}).flatMap(([key, property]): Field[] => {
    const type = { name: upper(camel(key)), node: property, depth: depth + 1, isSent }
    const swift = swiftType(type, nested)
    // Values of any kind: nothing in the menu bar reads them.
    if (swift === undefined) return []
    const missing = !(node.required ?? []).includes(key)
    const isOptional = missing || swift.endsWith('?')
    return [
      {
        key,
        name: camel(key),
        type: missing && !swift.endsWith('?') ? `${swift}?` : swift,
        isOptional,
      },
    ]
  })
  const lines = [
    `public struct ${name}: ${isSent ? 'Codable' : 'Decodable'}, Sendable, Equatable {`,
    ...fields.map(({ name, type }) => `    public var ${quoted(name)}: ${type}`),
    ...(isSent ? initializer(fields) : []),
    ...nested.map(text => `\n${text}`),
    ...codingKeys(fields, isSent),
    ...(isSent ? encoder(fields) : []),
    '}',
  ]
  return indent(`${lines.join('\n')}\n`, depth)
}

function initializer(fields: readonly Field[]): string[] {
  const list = fields.map(({ name, type, isOptional }) => `${name}: ${type}${isOptional ? ' = nil' : ''}`)
  return [
    '',
    '    public init(',
    `        ${list.join(',\n        ')}`,
    '    ) {',
    ...fields.map(({ name }) => `        self.${name} = ${quoted(name)}`),
    '    }',
  ]
}

function codingKeys(fields: readonly Field[], isSent: boolean): string[] {
  if (!isSent && fields.every(({ name, key }) => name === key)) return []
  const cases = fields.map(({ name, key }) =>
    name === key ? `        case ${quoted(name)}` : `        case ${quoted(name)} = "${key}"`,
  )
  return ['', '    private enum CodingKeys: String, CodingKey {', ...cases, '    }']
}

/** What is nil is sent as null: the contract tells "not known" from "not said". */
function encoder(fields: readonly Field[]): string[] {
  return [
    '',
    '    public func encode(to encoder: any Encoder) throws {',
    '        var container = encoder.container(keyedBy: CodingKeys.self)',
    ...fields.map(({ name }) => `        try container.encode(${quoted(name)}, forKey: .${quoted(name)})`),
    '    }',
  ]
}

/** Undefined for values of any kind. Types of its own go to `nested`. */
function swiftType(type: Type, nested: string[]): string | undefined {
  const { name, node, depth } = type
  if (node.$ref !== undefined) return refName(node.$ref)
  if (node.anyOf !== undefined) {
    const [some, ...others] = node.anyOf.filter(one => one.type !== 'null')
    if (some === undefined || others.length > 0) throw new Error(`${name} is one of several types.`)
    const inner = swiftType({ ...type, node: some }, nested)
    return inner === undefined || node.anyOf.length === 1 ? inner : `${inner}?`
  }
  if (node.enum !== undefined) {
    const values = node.enum.filter(value => value !== null)
    nested.push(words(name, values, depth))
    return values.length < node.enum.length ? `${name}?` : name
  }
  if (typeof node.const === 'boolean') return 'Bool'
  if (node.const !== undefined) return 'String'
  if (Array.isArray(node.type)) {
    const some = node.type.filter(one => one !== 'null')
    if (some.length !== 1) throw new Error(`${name} is one of several types.`)
    const inner = swiftType({ ...type, node: { ...node, type: some[0] } }, nested)
    return inner === undefined ? undefined : `${inner}?`
  }
  if (node.type === 'array') {
    const item = swiftType({ ...type, name: singular(name), node: node.items ?? {} }, nested)
    return item === undefined ? undefined : `[${item}]`
  }
  if (node.type === 'object' && node.properties !== undefined) {
    nested.push(struct(type))
    return name
  }
  return scalars[String(node.type)]
}

const scalars: Readonly<Record<string, string>> = {
  string: 'String',
  integer: 'Int',
  number: 'Double',
  boolean: 'Bool',
}

/** Words that a newer core may add to: a struct around the text, not an enum that would fail to read. */
function words(name: string, values: readonly unknown[], depth: number): string {
  const lines = [
    `public struct ${name}: RawRepresentable, Codable, Sendable, Hashable {`,
    '    public let rawValue: String',
    '    public init(rawValue: String) { self.rawValue = rawValue }',
    ...values.map(
      value => `    public static let ${quoted(camel(String(value)))} = Self(rawValue: "${String(value)}")`,
    ),
    '}',
  ]
  return indent(`${lines.join('\n')}\n`, depth)
}

function facts(topics: readonly string[], maker: Maker): string {
  const cases = topics.map(topic => ({
    topic,
    name: camel(topic.replace('.', '_')),
    type: maker.resolve(factName(topic)),
  }))
  return `/// What the event stream tells.
public enum Fact: Sendable, Equatable {
${cases.map(({ name, type }) => `    case ${name}(${type})`).join('\n')}
    /// A topic that nothing here reads.
    case other(topic: String)
}

/// A line of the event stream.
public struct Frame: Decodable, Sendable, Equatable {
    public let epoch: String
    public let seq: Int
    /// Milliseconds since 1970.
    public let time: Int
    public let fact: Fact

    public init(epoch: String, seq: Int, time: Int, fact: Fact) {
        self.epoch = epoch
        self.seq = seq
        self.time = time
        self.fact = fact
    }

    /// The topics that are read, for the query of the event stream.
    public static let topics = [${cases.map(({ topic }) => `"${topic}"`).join(', ')}]

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        epoch = try container.decode(String.self, forKey: .epoch)
        seq = try container.decode(Int.self, forKey: .seq)
        time = try container.decode(Int.self, forKey: .time)
        let topic = try container.decode(String.self, forKey: .topic)
        switch topic {
${cases.map(({ topic, name, type }) => `        case "${topic}": fact = .${name}(try container.decode(${type}.self, forKey: .data))`).join('\n')}
        default: fact = .other(topic: topic)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case epoch, seq, time, topic, data
    }
}
`
}

/** `download.changed` → `DownloadChanged` */
function factName(topic: string): string {
  return upper(camel(topic.replace('.', '_')))
}

function refName(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1)
}

/** `context_length` → `contextLength`, `built-in` → `builtIn` */
function camel(name: string): string {
  return name.replace(/[_-](\w)/g, (_, letter: string) => letter.toUpperCase())
}

function upper(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

function singular(name: string): string {
  if (name.endsWith('ies')) return `${name.slice(0, -3)}y`
  return name.endsWith('s') ? name.slice(0, -1) : `${name}Item`
}

const keywords = new Set([
  'default',
  'in',
  'is',
  'as',
  'self',
  'repeat',
  'operator',
  'public',
  'private',
  'where',
  'switch',
])

function quoted(name: string): string {
  return keywords.has(name) ? `\`${name}\`` : name
}

function indent(text: string, depth: number): string {
  return depth === 0 ? text : text.replace(/^(?=.)/gm, '    ').trimEnd()
}
