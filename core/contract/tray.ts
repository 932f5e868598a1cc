import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { createSignInCode } from './sign-in.ts'

const bytes = z.int().min(0)
const share = z.number().min(0).max(1)

/**
 * What the system tells only to programs of its own kind: the menu bar asks it and posts it here. `null`: not known on
 * this machine.
 */
export const hostFacts = z
  .object({
    chip: z.string().max(200).nullable().meta({ description: 'As "Apple M3 Pro"' }),
    gpu: z
      .object({
        name: z.string().max(200).nullable(),
        utilisation: share.nullable().meta({ description: '0 to 1' }),
        usedBytes: bytes.nullable().meta({ description: 'Memory that it uses, of all programs' }),
        limitBytes: bytes.nullable().meta({ description: 'What it should use at most' }),
      })
      .nullable(),
    thermal: z
      .enum(['nominal', 'fair', 'serious', 'critical'])
      .nullable()
      .meta({ description: 'From "serious" on the system slows itself down' }),
    power: z
      .object({
        source: z.enum(['mains', 'battery', 'ups']),
        charge: share.nullable().meta({ description: '0 to 1' }),
      })
      .nullable(),
    lowPowerMode: z.boolean().nullable(),
    memoryPressure: z.enum(['normal', 'warning', 'critical']).nullable(),
    asleep: z.boolean().meta({ description: 'The machine is about to sleep, or sleeps' }),
  })
  .meta({ id: 'HostFacts' })
export type HostFacts = z.output<typeof hostFacts>

export const postHostFacts = endpoint({
  id: 'postHostFacts',
  method: 'post',
  path: '/api/tray/host',
  summary: 'Takes what the menu bar knows of the machine; on the socket only',
  scope: 'admin',
  request: hostFacts,
  response: z.object({ changed: z.boolean() }),
})

export const createTrayCode = endpoint({
  id: 'createTrayCode',
  method: 'post',
  path: '/api/tray/sign-in-code',
  summary: 'A one-time code for the dashboard window of the menu bar; on the socket only',
  scope: 'admin',
  response: createSignInCode.response,
})
