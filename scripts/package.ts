/** `npm run package`: the core as one executable in dist/. */
import { mkdirSync } from 'node:fs'
import { makeExecutable } from './package/pkg.ts'
import { stage } from './package/stage.ts'
import { linux } from './package/targets.ts'
import { inProject } from './project.ts'

const target = linux
const folder = inProject('build', 'package', target.name)
mkdirSync(inProject('dist'), { recursive: true })
const began = performance.now()
const { folder: staged } = await stage(target, folder)
const output = inProject('dist', `impetus-${target.name}`)
makeExecutable(staged, target, output)
console.log(`${output} in ${Math.round((performance.now() - began) / 1000)} s`)
