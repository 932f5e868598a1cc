/**
 * Runs pkg in a process of its own: `node run-pkg.ts FOLDER WORDS…`. Three of its habits are changed from outside, for
 * it has no options for them: it would fetch Node from the network (its cache is in FOLDER, filled before), it builds in
 * a folder with a random name, which ends up in the program, and its programs obey NODE_OPTIONS.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'

const [folder = '', ...words] = process.argv.slice(2)

os.homedir = () => folder

const { mkdtemp, writeFile } = fs.promises
// Two builds at once would meet in it; mkdir refuses the second.
const place = path.join(os.tmpdir(), 'impetus-package')
fs.promises.mkdtemp = (async (prefix: string, ...rest: []) => {
  if (!prefix.endsWith('pkg-sea-')) return mkdtemp(prefix, ...rest)
  fs.mkdirSync(place)
  return place
}) as typeof mkdtemp
fs.promises.writeFile = ((file: string, data: string, ...rest: []) =>
  writeFile(
    file,
    path.basename(String(file)) === 'sea-config.json' ? obeyingNobody(data) : data,
    ...rest,
  )) as typeof writeFile

function obeyingNobody(config: string): string {
  return JSON.stringify({ ...(JSON.parse(config) as object), execArgvExtension: 'none' })
}

const { exec } = await import('@yao-pkg/pkg')
await exec(words)
