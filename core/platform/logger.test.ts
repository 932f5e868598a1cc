import { expect, test } from 'vitest'
import { readableLine } from './log-line.ts'
import { createLogger } from './logger.ts'

function capture() {
  const lines: string[] = []
  return { lines, logger: createLogger({ write: line => void lines.push(line) }, 'info') }
}

test('a line is one JSON object with time, level, message and the fields of every parent', () => {
  const { lines, logger } = capture()
  const before = Date.now()
  logger.child({ room: 'http' }).child({ requestId: 'req_1' }).info('answered', { status: 200 })
  const line = JSON.parse(lines[0] ?? '')
  expect(line).toMatchObject({
    level: 'info',
    room: 'http',
    requestId: 'req_1',
    msg: 'answered',
    status: 200,
  })
  expect(line.time).toBeGreaterThanOrEqual(before)
  expect(lines[0]).toMatch(/^[^\n]+\n$/)
})

test('an error is logged with its stack and its cause', () => {
  const { lines, logger } = capture()
  logger.error('broken', new Error('outer', { cause: new Error('inner') }))
  expect(JSON.parse(lines[0] ?? '').err.stack).toContain('inner')
})

test('a new level reaches children that exist already', () => {
  const { lines, logger } = capture()
  const child = logger.child({ room: 'x' })
  child.debug('no')
  logger.setLevel('debug')
  child.debug('yes')
  logger.setLevel('error')
  child.warn('no')
  expect(lines).toHaveLength(1)
})

test.each([
  ['imp_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg', 'in a message'],
  ['http://127.0.0.1:4673/#code=Zm9vYmFyYmF6', 'in a link'],
  ['/v1/models?api_key=secretsecret', 'in a path'],
  ['Authorization: Bearer abc.def-ghi', 'in a header'],
  ['sk-proj-abcdefghijklmnop', 'of another service'],
])('a key is blotted out: %s (%s)', text => {
  const { lines, logger } = capture()
  logger.info(text, { field: text })
  logger.error('x', new Error(text))
  const secret = /(AbCdEf|Zm9v|secretsecret|abc\.def|proj-abc)/
  expect(lines.join('')).toContain('[hidden]')
  expect(lines.join('')).not.toMatch(secret)
})

test('the readable form has everything, and no control characters from outside', () => {
  const text = readableLine(
    JSON.stringify({
      level: 'warn',
      time: 0,
      room: 'http',
      msg: 'host \u001b[2J refused',
      host: 'a b\u0007',
      err: { stack: 'Error: x\n  at y' },
    }),
    false,
  )
  expect(text).toMatch(
    /^\d\d:\d\d:\d\d\.000 warn {2}http: host \\x1b\[2J refused host="a b\\u0007"\n {4}Error: x\n {4}at y$/,
  )
  expect(readableLine('not json', true)).toBe('not json')
})
