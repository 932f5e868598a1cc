import { z } from 'zod'
import { endpoint } from './endpoint.ts'

export const auditEntry = z
  .object({
    time: z.int().meta({ description: 'Milliseconds since 1970' }),
    event: z.string(),
    suppressed: z
      .int()
      .optional()
      .meta({ description: 'Entries of this event left out before this one, in a flood' }),
    fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  })
  .meta({ id: 'AuditEntry' })
export type AuditEntry = z.output<typeof auditEntry>

export const readAudit = endpoint({
  id: 'readAudit',
  method: 'get',
  path: '/api/audit',
  summary: 'The latest entries of the audit log, the newest first',
  scope: 'admin',
  query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
  response: z.object({ entries: z.array(auditEntry) }),
})
