import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'

const root = path.dirname(path.dirname(import.meta.dirname))
const bundle = path.join(root, 'node_modules/node-llama-cpp/llama/gitRelease.bundle')
const cache = path.join(root, '.cache')
const repository = path.join(cache, 'llama.cpp.git')

/** One chat template of llama.cpp's collection. */
export interface CollectedTemplate {
  readonly name: string
  readonly source: string
}

/** Whether the bundle is there; a packaged node-llama-cpp may come without it. */
export function hasCollection(): boolean {
  return existsSync(bundle)
}

/**
 * The chat templates that llama.cpp collects for its own tests, read from the git bundle inside of node-llama-cpp.
 * They are other people's and stay out of this repository.
 */
export function readCollection(): readonly CollectedTemplate[] {
  cloneOnce()
  const listed = git(['ls-tree', 'HEAD', 'models/templates/']).split('\n')
  const files = listed.flatMap(line => {
    const [, id, file] = /^\S+ blob (\S+)\t(.+\.jinja)$/.exec(line) ?? []
    return id !== undefined && file !== undefined ? [{ id, name: path.basename(file, '.jinja') }] : []
  })
  // One process for all: each answers with a line (id, type, bytes) and the content.
  let rest = Buffer.from(git(['cat-file', '--batch'], files.map(({ id }) => `${id}\n`).join('')))
  return files.map(({ name }) => {
    const start = rest.indexOf('\n') + 1
    const end = start + Number(rest.subarray(0, start).toString().trim().split(' ')[2])
    const source = rest.subarray(start, end).toString()
    rest = rest.subarray(end + 1)
    return { name, source }
  })
}

function cloneOnce(): void {
  if (existsSync(repository)) return
  execFileSync('mkdir', ['-p', cache])
  const fresh = mkdtempSync(path.join(cache, 'clone-'))
  execFileSync('git', ['clone', '--quiet', '--bare', bundle, fresh], { stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    renameSync(fresh, repository)
  } catch (error) {
    // Another run was faster; its copy is as good.
    if (!existsSync(repository)) throw error
    rmSync(fresh, { recursive: true })
  }
}

function git(args: readonly string[], input = ''): string {
  return execFileSync('git', ['--git-dir', repository, ...args], {
    input,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
}
