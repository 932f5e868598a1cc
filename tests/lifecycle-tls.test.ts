import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { Sandbox } from './support/program.ts'

const exec = promisify(execFile)

function certificate(folder: string): { cert: string; key: string } {
  const cert = join(folder, 'cert.pem')
  const key = join(folder, 'key.pem')
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost']
  const form = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
  ]
  execFileSync('openssl', [...form, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' })
  return { cert, key }
}

test('with a certificate the port speaks HTTPS, and all that is said of it fits', async () => {
  await using box = new Sandbox()
  const tls = certificate(box.folder)
  mkdirSync(box.home)
  writeFileSync(box.paths.settings, JSON.stringify({ server: { tls } }))
  const core = await box.serve()
  expect(core.facts.url).toBe(`https://127.0.0.1:${core.facts.port}`)
  expect(JSON.parse(readFileSync(box.paths.endpoint, 'utf8'))).toMatchObject({
    url: core.facts.url,
    tls: true,
  })
  const status = await new Promise((resolve, reject) => {
    const outgoing = request(`${core.facts.url}/health`, { ca: readFileSync(tls.cert) }, response =>
      resolve(response.statusCode),
    )
    outgoing.once('error', reject).end()
  })
  expect(status).toBe(200)
  expect((await box.run(['status'])).stdout).toContain(core.facts.url)
})

test('open to other machines: keys and a certificate are needed, and then it works', async () => {
  await using box = new Sandbox()
  const tls = certificate(box.folder)
  mkdirSync(box.home)
  const settings = (server: object) => writeFileSync(box.paths.settings, JSON.stringify({ server }))
  settings({ host: '0.0.0.0', tls })
  expect((await box.run(['serve', '--port', '0', '--engine', 'scripted'])).code).toBe(78)
  settings({ host: '0.0.0.0', tls, requireKey: true })
  const withoutKeys = await box.run(['serve', '--port', '0', '--engine', 'scripted'])
  expect(withoutKeys).toMatchObject({ code: 78, stderr: expect.stringContaining('impetus keys create') })

  settings({ requireKey: true })
  const local = await box.serve()
  const { key } = JSON.parse((await box.run(['keys', 'create', 'first', '--json'])).stdout)
  await local.kill()
  settings({ host: '0.0.0.0', tls, requireKey: true })
  const core = await box.serve()
  const call = (headers: string[]) =>
    exec('curl', [
      '-s',
      '--cacert',
      tls.cert,
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      ...headers,
      `${core.facts.url}/v1/models`,
    ])
  expect((await call([])).stdout).toBe('401')
  expect((await call(['-H', `Authorization: Bearer ${key}`])).stdout).toBe('200')
})

test.each([
  ['missing', { cert: '/nowhere.pem', key: '/nowhere.pem' }, '/nowhere.pem cannot be read'],
  ['no certificate', null, 'do not work together'],
])('a certificate that is %s is refused plainly', async (_name, tls, message) => {
  await using box = new Sandbox()
  mkdirSync(box.home)
  const text = join(box.folder, 'text.pem')
  writeFileSync(text, 'not a certificate')
  writeFileSync(box.paths.settings, JSON.stringify({ server: { tls: tls ?? { cert: text, key: text } } }))
  const { code, stderr } = await box.run(['serve', '--port', '0', '--engine', 'scripted'])
  expect(stderr).toMatch(/^impetus: .+\n$/)
  expect(stderr).toContain(message)
  expect(code).toBe(78)
})
