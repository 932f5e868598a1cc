import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ImpetusError } from '../contract/errors.ts'
import type { Inspection, Inspector } from '../engine/inspector/client.ts'
import type { Log } from '../platform/log.ts'
import { FactsCache } from './facts.ts'
import { rememberingInspector } from './inspections.ts'
import type { InstalledModel } from './types.ts'

const never = new AbortController().signal
const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const inspection: Inspection = {
  facts: {
    architecture: 'llama',
    name: null,
    parameters: 1,
    quantisation: 'F16',
    contextLength: 2048,
    embeddingLength: 8,
    blockCount: 1,
    heads: [1],
    kvHeads: [1],
    keyLength: 8,
    valueLength: 8,
    slidingWindow: null,
    vocabularySize: 10,
    chatTemplate: '{{ messages }}',
    hasInfillTokens: false,
    bos: null,
    eos: null,
    tensorBytes: 1,
    fileBytes: 1,
    split: null,
    pooling: null,
    kind: 'text',
  },
  template: { works: true, supportsTools: false },
}

function model(id: string, more: Partial<InstalledModel> = {}): InstalledModel {
  const path = `/m/${id}.gguf`
  return {
    id,
    path,
    parts: [path],
    partsExpected: 1,
    aliases: [],
    bytes: 1,
    origin: 'models',
    format: 'gguf',
    modifiedAt: 0,
    fingerprint: '1:1:1',
    description: null,
    ...more,
  }
}

function cache(inspect: Inspector['inspect']): FactsCache {
  return new FactsCache({ inspector: { inspect }, log: silent })
}

describe('facts', () => {
  it('are read once until the file changes, and ahead one at a time', async () => {
    let read = 0
    let at = 0
    let most = 0
    const facts = cache(async () => {
      read++
      most = Math.max(most, ++at)
      await new Promise(resolve => setTimeout(resolve, 5))
      at--
      return inspection
    })
    const models = [model('a'), model('b'), model('c')]
    expect(facts.now(model('a'))).toEqual({ state: 'unknown' })
    await Promise.all([facts.readAhead(models, 2), facts.readAhead(models, 2)])
    expect(models.map(one => facts.now(one).state)).toEqual(['known', 'known', 'unknown'])
    expect([read, most]).toEqual([2, 1])

    const again = [facts.get(model('a'), never), facts.get(model('c'), never), facts.get(model('c'), never)]
    expect((await Promise.all(again)).map(one => one.state)).toEqual(['known', 'known', 'known'])
    expect(read).toBe(3)

    const changed = model('a', { fingerprint: '1:2:1' })
    expect(facts.now(changed)).toEqual({ state: 'unknown' })
    await facts.get(changed, never)
    expect(read).toBe(4)
  })

  it('tell of a template that does not work', async () => {
    const facts = cache(async () => ({ ...inspection, template: { works: false, error: 'no such filter' } }))
    expect(await facts.get(model('a'), never)).toMatchObject({
      facts: { hasChatTemplate: false, supportsTools: false, templateError: 'no such filter' },
    })
  })

  it('keep the reason when a file is no model, and are tried again when only the reading failed', async () => {
    let tries = 0
    const facts = cache(async path => {
      tries++
      throw path.includes('bad') ? new ImpetusError('invalid_model', 'It is cut off.') : new Error('no child')
    })
    for (const _time of [1, 2]) {
      expect(await facts.get(model('bad'), never)).toEqual({ state: 'invalid', reason: 'It is cut off.' })
      expect(await facts.get(model('unlucky'), never)).toEqual({ state: 'unknown' })
    }
    expect(tries).toBe(3)
  })

  it('of a split model with a part missing need no reading', async () => {
    const facts = cache(async () => inspection)
    expect(await facts.get(model('torn', { partsExpected: 2 }), never)).toMatchObject({
      state: 'invalid',
      reason: expect.stringContaining('1 of its 2 parts is missing'),
    })
  })

  it('let a caller leave without ending the reading for others', async () => {
    const reading = Promise.withResolvers<Inspection>()
    const facts = cache(() => reading.promise)
    const controller = new AbortController()
    const left = facts.get(model('a'), controller.signal)
    const stayed = facts.get(model('a'), never)
    controller.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    reading.resolve(inspection)
    expect(await stayed).toMatchObject({ state: 'known', facts: { quantization: 'F16' } })
  })
})

it('a remembering inspector does not read a file twice until it changes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'impetus-inspections-'))
  const path = join(folder, 'a.gguf')
  await writeFile(path, 'GGUF')
  let read = 0
  const inspector = rememberingInspector({
    async inspect() {
      read++
      return inspection
    },
  })
  await inspector.inspect(path, never)
  expect(await inspector.inspect(path, never)).toBe(inspection)
  expect(read).toBe(1)
  await appendFile(path, ' and more')
  await inspector.inspect(path, never)
  expect(read).toBe(2)
  await rm(folder, { recursive: true })
})
