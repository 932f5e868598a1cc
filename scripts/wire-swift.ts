/** `npm run wire`: writes the Swift types of the wire anew, from core/contract. */
import { readFileSync, writeFileSync } from 'node:fs'
import { inProject } from './project.ts'
import { wire, wireFile } from './wire/contract.ts'

const file = inProject(wireFile)
const made = wire()
const stale = readFileSync(file, { encoding: 'utf8', flag: 'a+' }) !== made
if (stale) writeFileSync(file, made)
console.log(stale ? `Made anew: ${wireFile}` : `${wireFile} is up to date.`)
