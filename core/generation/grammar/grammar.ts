import { anyObject, Converter, type NotEnforced } from './convert.ts'
import { GrammarTooLarge, Rules } from './rules.ts'
import { SchemaDocument } from './schema.ts'
import { jsonSyntax, type Syntax } from './syntax.ts'
import { ValidationTooCostly, Validator, type Violation } from './validate.ts'

export type { NotEnforced } from './convert.ts'
export type { Violation } from './validate.ts'

export interface SchemaGrammar {
  /** GBNF with the start rule `root`. */
  readonly grammar: string
  /** What a value from this grammar can still break; `checkValue` tells whether it did. */
  readonly notEnforced: readonly NotEnforced[]
}

/**
 * The grammar of all JSON texts that a schema allows: any keyword of draft 4 to 2020-12 is accepted. Narrower than the
 * schema where that is what authors mean: declared properties come in their order, others only where expressly allowed.
 * Refuses with `invalid_value`, naming the place below `param`, what is too deep, too large, circular or impossible.
 */
export function schemaGrammar(schema: unknown, param: string): SchemaGrammar {
  const rules = new Rules()
  const { rule, notEnforced } = schemaRule(rules, jsonSyntax, schema, param)
  return { grammar: rules.text(`ws ${rule} ws`), notEnforced }
}

/** The same as a rule among others; `syntax` says how values are written. */
export function schemaRule(
  rules: Rules,
  syntax: Syntax,
  schema: unknown,
  param: string,
): { readonly rule: string; readonly notEnforced: readonly NotEnforced[] } {
  const document = new SchemaDocument(schema, param)
  const converter = new Converter(document, rules, syntax)
  try {
    return { rule: converter.root(), notEnforced: converter.notEnforced }
  } catch (error) {
    if (!(error instanceof GrammarTooLarge)) throw error
    throw document.refuse(undefined, 'makes too large a grammar. Send a smaller one.')
  }
}

/** Any JSON object, as `response_format: { type: "json_object" }` asks for. */
export function jsonObjectGrammar(): string {
  const rules = new Rules()
  return rules.text(`ws ${anyObject(rules, jsonSyntax)} ws`)
}

/**
 * The first place where a value breaks its schema; undefined when there is none, and also when the schema is too
 * costly to check in full.
 */
export function checkValue(schema: unknown, value: unknown, param: string): Violation | undefined {
  try {
    return new Validator(new SchemaDocument(schema, param)).check(value)
  } catch (error) {
    if (error instanceof ValidationTooCostly) return undefined
    throw error
  }
}
