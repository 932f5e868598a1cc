import { z } from 'zod'
import { endpoint } from './endpoint.ts'

/** What the dashboard's first screen is made of, in the order that it has by itself. */
export const homeBlocks = [
  'endpoint',
  'speed',
  'requests',
  'cache',
  'cpu',
  'memory',
  'gpu',
  'temperature',
  'thermal',
  'power',
  'battery',
  'disk',
  'insights',
  'models',
] as const
export type HomeBlock = (typeof homeBlocks)[number]

const block = z.object({
  name: z.enum(homeBlocks),
  size: z.enum(['S', 'M', 'L']).meta({ description: 'A quarter, a half or all of the width' }),
  shown: z.boolean(),
})
export type HomeLayoutBlock = z.output<typeof block>

export const homeLayout = z
  .object({
    blocks: z.array(block).max(100).meta({ description: 'In their order' }),
    isStandard: z.boolean().meta({ description: 'Whether nobody has changed it' }),
  })
  .meta({ id: 'HomeLayout' })
export type HomeLayout = z.output<typeof homeLayout>

export const getHomeLayout = endpoint({
  id: 'getHomeLayout',
  method: 'get',
  path: '/api/home-layout',
  summary: 'How the dashboard’s first screen is arranged',
  scope: 'admin',
  response: homeLayout,
})

export const setHomeLayout = endpoint({
  id: 'setHomeLayout',
  method: 'put',
  path: '/api/home-layout',
  summary: 'Arranges the dashboard’s first screen; blocks that are left out come at the end',
  scope: 'admin',
  request: z.object({ blocks: z.array(block).max(100) }),
  response: homeLayout,
})

export const resetHomeLayout = endpoint({
  id: 'resetHomeLayout',
  method: 'delete',
  path: '/api/home-layout',
  summary: 'Arranges the dashboard’s first screen as it was at first',
  scope: 'admin',
  response: homeLayout,
})
