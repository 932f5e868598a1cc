/** `npm run docs`: makes the tables in the documents from the code. With `--check`, only says which are out of date. */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { fill } from './docs/blocks.ts'
import { inProject } from './project.ts'

const check = process.argv.includes('--check')
const stale: string[] = []
for (const file of globSync(['*.md', 'docs/**/*.md'], { cwd: inProject() }).sort()) {
  const before = readFileSync(inProject(file), 'utf8')
  const after = await fill(before)
  if (after === before) continue
  stale.push(file)
  if (!check) writeFileSync(inProject(file), after)
}
if (stale.length > 0) console.log(`${check ? 'Out of date' : 'Made anew'}: ${stale.join(', ')}`)
if (check && stale.length > 0) process.exitCode = 1
