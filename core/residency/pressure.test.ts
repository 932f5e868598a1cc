import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Log } from '../platform/log.ts'
import { isShort, PressureWatch, parsePressure } from './pressure.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const file = (some: number, full: number) =>
  `some avg10=${some.toFixed(2)} avg60=0.00 avg300=0.00 total=1\nfull avg10=${full.toFixed(2)} avg60=0.00 avg300=0.00 total=0\n`

describe('memory pressure', () => {
  it.each([
    ['calm', file(0, 0), { some: 0, full: 0 }, false],
    ['busy', file(29, 9), { some: 0.29, full: 0.09 }, false],
    ['some wait often', file(31.5, 0), { some: 0.315, full: 0 }, true],
    ['all wait now and then', file(12, 11), { some: 0.12, full: 0.11 }, true],
  ])('%s', (_name, text, expected, short) => {
    expect(parsePressure(text)).toEqual(expected)
    expect(isShort(expected)).toBe(short)
  })

  it.each(['', 'full avg10=1.00', 'some avg10=x\nfull avg10=y', 'No such file'])('is unknown: %j', text => {
    expect(parsePressure(text)).toBe(undefined)
  })

  it('gives up idle models while it lasts', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'impetus-pressure-'))
    const path = join(folder, 'memory')
    await writeFile(path, file(50, 20))
    let models = 2
    const relieve = () => models-- > 0
    const parts = { path, relieve, isHolding: () => models > 0, log: silent, intervalMilliseconds: 5 }
    const watch = new PressureWatch(parts)
    await watch.start()
    await expect.poll(() => models).toBe(0)
    models = 5
    await writeFile(path, file(1, 0))
    await new Promise(resolve => setTimeout(resolve, 50))
    const left = models
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(models).toBe(left)
    watch.stop()
    await rm(folder, { recursive: true })
  })

  it.each([
    ['little is free', 0.02, 0],
    ['enough is free', 0.04, 2],
  ])('where the system tells none, what is free counts: %s', async (_name, share, left) => {
    let models = 2
    const watch = new PressureWatch({
      path: '/nowhere/memory',
      freeShare: () => share,
      relieve: () => models-- > 0,
      isHolding: () => models > 0,
      log: silent,
      intervalMilliseconds: 1,
    })
    await watch.start()
    await expect.poll(() => models).toBe(left)
    watch.stop()
  })

  it('is not watched where the system does not tell', async () => {
    const watch = new PressureWatch({
      path: '/nowhere/memory',
      relieve: () => expect.fail('Nothing may be given up.'),
      isHolding: () => true,
      log: silent,
      intervalMilliseconds: 1,
    })
    await watch.start()
    await new Promise(resolve => setTimeout(resolve, 20))
    watch.stop()
  })
})
