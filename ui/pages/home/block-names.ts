import type { HomeBlock } from '../../../core/contract/home-layout.ts'
import type { Key } from '../../words/languages.ts'

/** What a person calls each block. */
export const blockNames: Readonly<Record<HomeBlock, Key>> = {
  endpoint: 'endpoint',
  speed: 'speedNow',
  requests: 'requestsRunning',
  cache: 'cacheHits',
  cpu: 'cpu',
  memory: 'memory',
  gpu: 'gpu',
  temperature: 'temperature-of',
  thermal: 'thermal',
  power: 'power-of',
  battery: 'charge',
  disk: 'diskFree',
  insights: 'insights',
  models: 'inMemory',
}
