import type { Hono } from 'hono'
import {
  cancelConversion,
  describeSource,
  listConversions,
  startConversion,
} from '../contract/conversions.ts'
import type { Env } from '../http/env.ts'
import { serve } from '../http/serve.ts'
import type { Audit } from '../security/audit.ts'
import type { Conversions } from './conversions.ts'

export interface ConversionRoutesParts {
  readonly conversions: Conversions
  readonly audit: Audit
}

/** Conversions, as the dashboard and the command line call them. */
export function conversionRoutes(app: Hono<Env>, { conversions, audit }: ConversionRoutesParts): void {
  serve(app, describeSource, ({ body, signal }) => conversions.describe(body.source, signal))
  serve(app, startConversion, async ({ body, signal, context }) => {
    const started = await conversions.add(body, signal)
    audit.record('model.converted', {
      conversion: started.id,
      file: started.file,
      requestId: context.get('requestId'),
    })
    return started
  })
  serve(app, listConversions, () => ({ conversions: conversions.list() }))
  serve(app, cancelConversion, ({ params }) => conversions.cancel(params.id as string))
}
