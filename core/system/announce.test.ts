import { describe, expect, test } from 'vitest'
import { type Announcement, announcement } from './announce.ts'
import { realModelAdvice } from './real-model.ts'

const facts: Announcement = {
  version: '1.2.3',
  url: 'http://127.0.0.1:4673',
  socket: "/home/o'neil/impetus.sock",
  model: 'tiny',
  modelNote: null,
  signInLink: 'http://127.0.0.1:4673/#code=abc',
  openOverTcp: true,
  scripted: false,
  portTaken: null,
  port: 4673,
  firstStart: false,
  modelsFolder: '/home/x/models',
  totalMemory: 16e9,
}

const lines = (change: Partial<Announcement>) =>
  announcement({ ...facts, ...change })
    .split('\n')
    .filter(Boolean)

describe('announcement', () => {
  test('is four labelled lines when there is nothing else to say', () => {
    expect(lines({}).map(line => line.slice(0, 13).trim())).toEqual([
      'Address',
      'Model',
      'Try it',
      'Dashboard',
    ])
  })

  test('a taken port and canned answers come first', () => {
    const said = lines({ portTaken: 'Port 4673 is taken by nginx (process 7).', port: 4674, scripted: true })
    expect(said[0]).toBe('  NOTE       Port 4673 is taken by nginx (process 7). Using port 4674 instead.')
    expect(said[1]).toContain('canned words')
  })

  test('the curl line goes over the socket where TCP needs more than an address, quoted for a shell', () => {
    expect(lines({}).join()).toContain('curl http://127.0.0.1:4673/v1/chat/completions -H')
    expect(lines({ openOverTcp: false }).join()).toContain(
      `curl --unix-socket '/home/o'\\''neil/impetus.sock' http://localhost/v1`,
    )
  })

  test('without a model it says where one goes; a note stands beside the model', () => {
    expect(lines({ model: null })[1]).toBe('  Model      none yet: put a .gguf file into /home/x/models')
    expect(lines({ modelNote: 'random weights' })[1]).toBe('  Model      tiny  (random weights)')
  })
})

test.each([
  [4e9, '1 to 2 billion'],
  [8e9, '3 to 4 billion'],
  [16e9, '7 to 9 billion'],
  [17.2e9, '7 to 9 billion'],
  [36e9, '12 to 15 billion'],
  [64e9, '30 to 35 billion'],
  [192e9, '70 billion'],
])('%d bytes of memory carry %s parameters', (memory, parameters) => {
  const advice = realModelAdvice(memory, '/m').join('\n')
  expect(advice).toContain(`${parameters} parameters`)
  expect(advice).toContain('\n  /m\n')
})
