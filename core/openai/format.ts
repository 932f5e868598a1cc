import { ImpetusError } from '../contract/errors.ts'
import type { ChatOptions } from '../generation/plan.ts'

export interface WireFormat {
  readonly type: string
  readonly schema: Readonly<Record<string, unknown>> | null | undefined
  /** How the request names the format and the schema, for errors. */
  readonly param: string
  readonly schemaParam: string
}

/**
 * What the text of an answer must be, from `response_format` or the Responses API's `text.format`.
 *
 * @throws `invalid_value` for a type that nobody knows
 */
export function outputOf({ type, schema, param, schemaParam }: WireFormat): ChatOptions['output'] {
  if (type === 'text') return undefined
  if (type !== 'json_object' && type !== 'json_schema') {
    throw new ImpetusError(
      'invalid_value',
      `"${param}.type" is ${JSON.stringify(type.slice(0, 40))}: send text, json_object or json_schema.`,
      { param: `${param}.type` },
    )
  }
  return schema == null ? { kind: 'object' } : { kind: 'schema', schema, param: schemaParam }
}
