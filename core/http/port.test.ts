import { expect, test } from 'vitest'
import { listeningInodes, PortTakenError, parseLsof } from './port.ts'

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1241 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 54321 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1241 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 54322 1 0000000000000000 20 4 30 10 -1
   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11111 1 0000000000000000 100 0 0 10 0
`

test('only a listening socket on that very port counts', () => {
  expect(listeningInodes(table, 4673)).toEqual(['54321'])
  expect(listeningInodes(table, 22)).toEqual(['11111'])
  expect(listeningInodes(table, 50_000)).toEqual([])
  expect(listeningInodes('', 22)).toEqual([])
})

test.each([
  ['p812\ncollama\nf3\n', { pid: 812, name: 'ollama' }],
  ['p812\ncControlCe\n', { pid: 812, name: 'ControlCe' }],
  ['', null],
])('lsof says %j', (output, holder) => {
  expect(parseLsof(output)).toEqual(holder)
})

test('the words name the holder where there is one', () => {
  expect(new PortTakenError(4673, { pid: 812, name: 'ollama' }).message).toBe(
    'Port 4673 is taken by ollama (process 812).',
  )
  expect(new PortTakenError(4673, null).message).toBe('Port 4673 is taken.')
})
