/** Checkpoints that are made to harm: nothing of them is executed or inflated. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { describe as describeModel } from './describe/describe.ts'
import { writePytorch } from './testing/checkpoints.testing.ts'
import { reasonOf, Workshop } from './testing/hostile.testing.ts'
import { pickle, tensorPickle } from './testing/pickle.testing.ts'
import { randomWeights } from './testing/weights.testing.ts'
import { storedZip, type ZipChange } from './testing/zip.testing.ts'

vi.setConfig({ testTimeout: 60_000 })
const workshop = new Workshop()
afterAll(() => workshop[Symbol.dispose]())

describe('PyTorch', () => {
  const evil = (...pieces: Uint8Array[]) => Buffer.concat([pickle.protocol, ...pieces, pickle.stop])
  const archive = (data: Uint8Array, changes: Readonly<Record<string, ZipChange>> = {}) =>
    storedZip(
      new Map([
        ['archive/data.pkl', data],
        ['archive/data/0', Buffer.alloc(64)],
      ]),
      changes,
    )
  const put = (bytes: Uint8Array): string => {
    const path = workshop.model('PyTorch')
    writeFileSync(join(path, 'pytorch_model.bin'), bytes)
    return reasonOf(path)
  }

  test.each([
    ['posix', 'system'],
    ['os', 'system'],
    ['builtins', 'eval'],
    ['builtins', 'getattr'],
    ['subprocess', 'Popen'],
    ['torch', 'load'],
    ['torch._utils', '_rebuild_qtensor'],
    ['collections', 'OrderedDict.__init__'],
  ])('a pickle that calls %s.%s is refused, and nothing is run', (module, name) => {
    const touched = join(workshop.folder, 'touched')
    const call = pickle.call(pickle.global(module, name), pickle.tuple(pickle.text(`touch ${touched}`)))
    expect(put(archive(evil(call)))).toMatch(new RegExp(`calls "${module}.${name.replace('.', '\\.')}`))
    expect(existsSync(touched)).toBe(false)
  })

  const damaged: [string, Uint8Array, RegExp][] = [
    ['that is empty', Buffer.alloc(0), /damaged pickle/],
    ['that never stops', Buffer.concat([pickle.protocol, pickle.text('x')]), /damaged pickle/],
    ['that pops from nothing', evil(Buffer.from([0x30])), /damaged pickle/],
    ['that recalls what was never remembered', evil(Buffer.from([0x68, 9])), /damaged pickle/],
    ['with a text longer than itself', evil(Buffer.from([0x58, 0xff, 0xff, 0xff, 0x7f])), /damaged pickle/],
    ['with an instruction that makes objects', evil(Buffer.from([0x81])), /instruction 0x81/],
    [
      'with an instruction that imports and calls',
      evil(Buffer.from('(S"x"\nios\nsystem\n')),
      /instruction 0x53/,
    ],
    ['that makes a number', evil(pickle.whole(1)), /no dictionary of tensors/],
    ['whose mark is no value', evil(Buffer.from([0x28])), /damaged pickle/],
    ['whose dictionary has a key only', evil(Buffer.from([0x7d, 0x28, 0x4e, 0x75])), /damaged pickle/],
  ]
  test.each(damaged)('a pickle %s', (_name, bytes, wanted) => {
    expect(put(archive(bytes))).toMatch(wanted)
  })

  const dictionary = (value: Uint8Array) => evil(pickle.dictionary([[pickle.text('a'), value]]))
  test('tensors without bytes, and tensors larger than their bytes', () => {
    expect(put(archive(dictionary(tensorPickle('7', [4], 'F32'))))).toMatch(/has no bytes/)
    expect(put(archive(dictionary(tensorPickle('../../etc/passwd', [4], 'F32'))))).toMatch(/has no bytes/)
    expect(put(archive(dictionary(tensorPickle('0', [17], 'F32'))))).toMatch(/larger than its bytes/)
    expect(put(archive(dictionary(tensorPickle('0', [2 ** 31 - 1, 2 ** 31 - 1], 'F32'))))).toMatch(
      /larger than its bytes/,
    )
  })

  test('archives that are compressed, lie over themselves, lead out of themselves or end early', () => {
    const good = evil(pickle.dictionary([]))
    const data = 'archive/data/0'
    expect(put(archive(good, { [data]: { method: 8 } }))).toMatch(/compressed archive/)
    // 42 kB that claim to be 4 GB.
    expect(put(archive(good, { [data]: { bytes: 0xffff_fff0 } }))).toMatch(/compressed archive/)
    expect(put(archive(good, { [data]: { header: 0 } }))).toMatch(/lie over each other/)
    expect(put(archive(good, { [data]: { header: 0xffff_0000 } }))).toMatch(/cut off/)
    expect(put(archive(good).subarray(0, -30))).toMatch(/damaged archive/)
    expect(put(Buffer.from('PK\x03\x04'))).toMatch(/no PyTorch checkpoint/)
    expect(put(storedZip(new Map([['a.txt', Buffer.from('x')]])))).toMatch(/no PyTorch checkpoint/)
  })

  test('a bare pickle of old is named, and not read', () => {
    expect(put(evil(pickle.call(pickle.global('os', 'system'), pickle.tuple())))).toMatch(
      /before version 1\.6/,
    )
  })

  test('a checkpoint that keeps its tensors under one more key is read', () => {
    const path = workshop.model('PyTorch')
    expect(reasonOf(path)).toBe('possible')
    const { shape, extras } = workshop.family
    writePytorch(path, randomWeights(shape, extras, 'BF16', 1), 'BF16')
    expect(describeModel(path)).toMatchObject({ format: 'pytorch', dtype: 'BF16' })
  })
})
