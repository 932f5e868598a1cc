import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { inProject } from '../project.ts'
import { wire, wireFile } from './contract.ts'
import { swiftWire } from './swift.ts'

test('the Swift types are those of the contract: "npm run wire" makes them anew', () => {
  expect(readFileSync(inProject(wireFile), 'utf8')).toBe(wire())
})

/** The struct that one schema becomes, without what is around it. */
function made(schema: z.ZodType): string {
  const text = swiftWire({ answers: { Thing: schema }, requests: {}, topics: {} })
  return text.slice(text.indexOf('public struct'), text.indexOf('/// What the event stream'))
}

test.each([
  [z.object({ a: z.string() }), 'public var a: String\n'],
  [z.object({ a: z.int().nullable() }), 'public var a: Int?\n'],
  [z.object({ a: z.number().optional() }), 'public var a: Double?\n'],
  [z.object({ a: z.literal('x') }), 'public var a: String\n'],
  [z.object({ a: z.array(z.boolean()) }), 'public var a: [Bool]\n'],
  [z.object({ context_length: z.int() }), 'case contextLength = "context_length"'],
  [z.object({ default: z.boolean() }), 'public var `default`: Bool'],
  [z.object({ state: z.enum(['on-top', 'off']).nullable() }), 'public var state: State?\n'],
  [z.object({ state: z.enum(['on-top']) }), 'public static let onTop = Self(rawValue: "on-top")'],
  [z.object({ rows: z.array(z.object({ b: z.int() })) }), 'public struct Row: Decodable'],
])('%#', (schema, expected) => {
  expect(made(schema)).toContain(expected)
})

test('values of any kind are left out, and a choice of types has no Swift form', () => {
  expect(made(z.object({ a: z.unknown(), b: z.record(z.string(), z.unknown()) }))).not.toContain('var')
  expect(() => made(z.object({ a: z.union([z.string(), z.int()]) }))).toThrow('one of several types')
})

test('what is sent says null where nothing is known', () => {
  const text = swiftWire({
    answers: {},
    requests: { Thing: z.object({ a: z.int().nullable() }) },
    topics: {},
  })
  expect(text).toContain('try container.encode(a, forKey: .a)')
})
