import { expect, it } from 'vitest'
import { type Asked, judge } from './judge.ts'

const fresh: Asked = { range: { start: 0, end: 50 }, bytes: 100, validator: null, fresh: true }
const resumed: Asked = { range: { start: 40, end: 60 }, bytes: 100, validator: '"a"', fresh: false }
const whole: Asked = { range: null, bytes: 100, validator: null, fresh: true }
const piece = (range: string, rest = {}) => ({ 'content-range': `bytes ${range}`, ...rest })

it.each<[string, number, Record<string, string>, Asked, object]>([
  [
    'a first piece',
    206,
    piece('0-49/100', { etag: '"a"' }),
    fresh,
    { kind: 'piece', end: 50, validator: '"a"' },
  ],
  ['a piece of unknown total', 206, piece('0-49/*'), fresh, { kind: 'piece', end: 50, validator: null }],
  ['a shorter piece', 206, piece('40-49/100', { etag: '"a"' }), resumed, { kind: 'piece', end: 50 }],
  [
    'a later piece',
    206,
    piece('40-59/100', { etag: '"a"', 'content-length': '20' }),
    resumed,
    { kind: 'piece', end: 60 },
  ],
  ['a piece without a validator', 206, piece('40-59/100'), resumed, { kind: 'piece', validator: null }],
  [
    'a piece from elsewhere',
    206,
    piece('0-19/100', { etag: '"a"' }),
    resumed,
    { kind: 'restart', reason: 'wrong range' },
  ],
  ['a piece that is too long', 206, piece('40-99/100'), resumed, { kind: 'restart', reason: 'wrong range' }],
  [
    'a piece that ends before it begins',
    206,
    piece('40-39/100'),
    resumed,
    { kind: 'restart', reason: 'wrong range' },
  ],
  ['a piece without a range', 206, {}, resumed, { kind: 'restart', reason: 'wrong range' }],
  [
    'several ranges',
    206,
    { 'content-type': 'multipart/byteranges; boundary=x' },
    resumed,
    { kind: 'restart' },
  ],
  [
    'a piece with another length',
    206,
    piece('40-59/100', { 'content-length': '60' }),
    resumed,
    { reason: 'wrong range' },
  ],
  ['a piece nobody asked for', 206, piece('0-99/100'), whole, { kind: 'restart', reason: 'wrong range' }],
  [
    'a piece of another file',
    206,
    piece('40-59/100', { etag: '"b"' }),
    resumed,
    { kind: 'restart', reason: 'changed' },
  ],
  [
    'a piece of a file of another size',
    206,
    piece('40-59/90', { etag: '"a"' }),
    resumed,
    { kind: 'wrong length', bytes: 90 },
  ],
  [
    'a file that changed in size too',
    206,
    piece('40-59/90', { etag: '"b"' }),
    resumed,
    { reason: 'changed' },
  ],
  [
    'the whole at the beginning',
    200,
    { 'content-length': '100', etag: '"a"' },
    fresh,
    { kind: 'whole', validator: '"a"' },
  ],
  [
    'the whole in the middle',
    200,
    { 'content-length': '100', etag: '"a"' },
    resumed,
    { kind: 'restart', reason: 'no ranges' },
  ],
  [
    'a new whole in the middle',
    200,
    { 'content-length': '100', etag: '"b"' },
    resumed,
    { kind: 'restart', reason: 'changed' },
  ],
  ['the whole as asked', 200, { 'content-length': '100' }, whole, { kind: 'whole' }],
  ['the whole without a length', 200, {}, whole, { kind: 'whole' }],
  ['a whole of another size', 200, { 'content-length': '99' }, whole, { kind: 'wrong length', bytes: 99 }],
  ['compressed bytes', 200, { 'content-encoding': 'gzip' }, whole, { kind: 'restart', reason: 'encoded' }],
  ['uncompressed, said so', 200, { 'content-encoding': 'identity' }, whole, { kind: 'whole' }],
  [
    'dates as validators',
    206,
    piece('40-59/100', { 'last-modified': 'x' }),
    { ...resumed, validator: 'y' },
    { reason: 'changed' },
  ],
  ['416', 416, { 'content-range': 'bytes */30' }, resumed, { kind: 'restart', reason: 'wrong range' }],
  ['204', 204, {}, fresh, { kind: 'refused' }],
  ['503', 503, {}, fresh, { kind: 'refused' }],
])('%s', (_name, status, headers, asked, verdict) =>
  expect(judge(status, headers, asked)).toMatchObject(verdict),
)
