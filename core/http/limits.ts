import type { Settings } from '../contract/settings.ts'
import type { BodyLimits } from './body.ts'

/** Elements of one list: more than the tokens of any prompt that fits a context here. */
const elements = 262_144
/** Members of one object. Checking a record of 200,000 took a schema 350 ms. */
const members = 10_000
/** Lists and objects in all: a chat of 10,000 messages with parts and 100 tools has some 35,000. */
const containers = 65_536
/** Values in all. Parsing this many takes some 20 ms, ten times as many would hold the event loop. */
const values = 524_288

/** The limits of a JSON body: the settings' and the fixed ones that only stop what no client sends. */
export function bodyLimits(limits: Settings['server']['limits']): BodyLimits {
  return {
    bodyBytes: limits.bodyBytes,
    slowRequestSeconds: limits.slowRequestSeconds,
    stringBytes: limits.stringBytes,
    depth: limits.nesting,
    elements,
    members,
    containers,
    values,
  }
}
