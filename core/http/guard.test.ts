import { expect, test } from 'vitest'
import { settingsSchema } from '../contract/settings.ts'
import { judge } from './guard.ts'
import { guardPolicy } from './guard-policy.ts'

const server = settingsSchema.parse({
  server: {
    allowedHosts: ['Proxy.example', 'other.example:8443'],
    allowedOrigins: ['https://Chat.example/'],
  },
}).server
const policy = guardPolicy(
  { scheme: 'http', port: 4673, addresses: ['127.0.0.1', '::1', '192.168.1.5'] },
  server,
)

function verdict(line: string, headers: [string, string][] = [], transport: 'tcp' | 'socket' = 'tcp') {
  const [method, url] = line.split(' ')
  const result = judge({ method, url, rawHeaders: headers.flat() }, policy, transport)
  return result.kind === 'refuse' ? result.error.code : `${result.kind} ${result.corsOrigin ?? '-'}`
}

const host: [string, string] = ['Host', '127.0.0.1:4673']
const json: [string, string] = ['Content-Type', 'application/json']

test.each([
  ['GET /', [host], 'pass -'],
  ['GET /', [['HOST', 'localhost:4673']], 'pass -'],
  ['GET /', [['Host', '192.168.1.5:4673']], 'pass -'],
  ['GET /', [['Host', 'proxy.example']], 'pass -'],
  ['GET /', [['Host', 'proxy.example:4673']], 'pass -'],
  ['GET /', [['Host', 'other.example:8443']], 'pass -'],
  ['GET /', [['Host', 'other.example:4673']], 'host_not_allowed'],
  ['GET /', [['Host', 'other.example']], 'host_not_allowed'],
  ['GET /', [], 'bad_host'],
  ['GET /', [host, host], 'bad_host'],
  ['GET /', [host, ['Origin', 'http://127.0.0.1:4673']], 'pass -'],
  ['GET /', [host, ['Origin', 'http://proxy.example']], 'pass -'],
  ['GET /', [host, ['Origin', 'https://chat.example']], 'pass https://chat.example'],
  ['GET /', [host, ['Origin', 'https://chat.example/']], 'origin_not_allowed'],
  ['GET /', [host, ['Origin', 'http://chat.example']], 'origin_not_allowed'],
  ['GET /', [host, ['Origin', 'vscode-webview://abc']], 'pass vscode-webview://abc'],
  ['GET /', [host, ['Origin', 'http://vscode-webview://abc']], 'origin_not_allowed'],
  // Without the header that asks, OPTIONS is a request like any other.
  ['OPTIONS /', [host, ['Origin', 'https://chat.example']], 'pass https://chat.example'],
  [
    'OPTIONS /',
    [host, ['Origin', 'https://chat.example'], ['Access-Control-Request-Method', 'POST']],
    'preflight https://chat.example',
  ],
  [
    'OPTIONS /',
    [host, ['Origin', 'http://127.0.0.1:4673'], ['Access-Control-Request-Method', 'PUT']],
    'preflight http://127.0.0.1:4673',
  ],
  ['POST /', [host, json, ['Content-Length', '5']], 'pass -'],
  ['POST /', [host, ['Content-Length', '0']], 'pass -'],
  ['POST /', [host], 'pass -'],
  ['POST /', [host, ['Transfer-Encoding', 'chunked']], 'unsupported_media_type'],
  ['POST /', [host, json, ['Content-Length', '5'], ['Content-Encoding', 'identity']], 'pass -'],
  ['POST /', [host, json, ['Content-Length', '5'], ['Content-Encoding', 'br']], 'unsupported_media_type'],
  ['POST /', [host, json, ['Content-Length', '33554432']], 'pass -'],
  ['POST /', [host, json, ['Content-Length', '33554433']], 'request_too_large'],
  ['POST /', [host, json, ['Content-Length', '5'], ['Sec-Fetch-Site', 'cross-site']], 'origin_not_allowed'],
  ['POST /', [host, json, ['Content-Length', '5'], ['Sec-Fetch-Site', 'same-origin']], 'pass -'],
  ['GET /', [host, ['Sec-Fetch-Site', 'none'], ['Sec-Fetch-Mode', 'navigate']], 'pass -'],
  // The host is judged before the page, the page before the body.
  [
    'POST /',
    [
      ['Host', 'evil'],
      ['Origin', 'http://evil'],
      ['Content-Length', '5'],
    ],
    'host_not_allowed',
  ],
  ['POST /', [host, ['Origin', 'http://evil'], ['Content-Length', '5']], 'origin_not_allowed'],
  ['CONNECT evil:1', [], 'method_not_allowed'],
  ['GET http://evil/', [host], 'bad_request'],
] as [string, [string, string][], string][])('%s %j: %s', (line, headers, expected) => {
  expect(verdict(line, headers)).toBe(expected)
})

test('on the socket the host does not matter, a page never passes, bodies are judged alike', () => {
  expect(verdict('GET /', [], 'socket')).toBe('pass -')
  expect(verdict('GET /', [['Host', 'anything']], 'socket')).toBe('pass -')
  expect(verdict('GET /', [['Origin', 'http://127.0.0.1:4673']], 'socket')).toBe('origin_not_allowed')
  expect(verdict('POST /', [['Content-Length', '5']], 'socket')).toBe('unsupported_media_type')
})

test('on a default port the host may come without it', () => {
  const https = guardPolicy(
    { scheme: 'https', port: 443, addresses: ['::'] },
    settingsSchema.parse({}).server,
  )
  expect(https.hosts.has('localhost')).toBe(true)
  expect(https.hosts.has('[::]:443')).toBe(false)
  expect(https.ownOrigins.has('https://localhost')).toBe(true)
  expect(https.ownOrigins.has('http://localhost')).toBe(false)
})
