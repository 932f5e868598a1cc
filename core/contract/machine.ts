import { z } from 'zod'
import { endpoint } from './endpoint.ts'

const machine = z
  .object({
    chip: z.string().nullable().meta({ description: 'As the system names it: Apple M3 Max' }),
    cores: z.int(),
    performanceCores: z.int().nullable(),
    features: z.array(z.string()).meta({ description: 'What the engine can compute with: avx2, avx512f …' }),
    memoryBytes: z.int(),
    bandwidth: z.object({
      bytesPerSecond: z.number(),
      published: z.boolean().meta({
        description: 'From Apple’s specifications; otherwise measured with one core, so rather too low',
      }),
    }),
  })
  .meta({ id: 'Machine' })
export type Machine = z.output<typeof machine>

export const getMachine = endpoint({
  id: 'getMachine',
  method: 'get',
  path: '/api/machine',
  summary: 'The chip, its memory and how fast it is: what decides which models run well here',
  scope: 'admin',
  response: machine,
})
