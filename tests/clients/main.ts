/**
 * `npm run test:clients [-- NAME…]`: real agents, in pinned versions from npm, finish a turn with a tool call against the
 * scripted engine. They are installed when they are first needed (2 GB for all) and kept under .cache/clients.
 * Ends with one line, `N passed, N failed`.
 */
import process from 'node:process'
import { closingLine } from '../../scripts/test/counts.ts'
import { Sandbox } from '../support/program.ts'
import { type Agent, agents } from './agents.ts'
import { type Outcome, tryAgent } from './try.ts'

const wanted = process.argv.slice(2)
const unknown = wanted.filter(name => !agents.some(({ id }) => id === name))
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. There are: ${agents.map(({ id }) => id).join(', ')}.`)
  process.exit(2)
}

async function tried(agent: Agent, box: Sandbox, core: Parameters<typeof tryAgent>[2]): Promise<Outcome> {
  try {
    return await tryAgent(agent, box, core)
  } catch (error) {
    return { seconds: 0, requests: 0, words: 0, problems: [(error as Error).message] }
  }
}

await using box = new Sandbox()
// Every one of them is to send its key.
const core = await box.serve([], { env: { IMPETUS_REQUIRE_KEY: 'true' } })
const counts = { passed: 0, failed: 0, skipped: 0 }
console.log('Agent         Version   Asks at               Requests   Words   Time')
for (const agent of agents.filter(({ id }) => wanted.length === 0 || wanted.includes(id))) {
  const { seconds, requests, words, problems } = await tried(agent, box, core)
  counts[problems.length === 0 ? 'passed' : 'failed']++
  const cells = [
    agent.id.padEnd(12),
    agent.version.padEnd(8),
    agent.route.padEnd(20),
    `${requests}`.padStart(8),
  ]
  const figures = [`${words}`.padStart(6), `${seconds.toFixed(1)} s`]
  console.log(`${problems.length === 0 ? '✓' : '✗'} ${[...cells, ...figures].join('  ')}`)
  for (const problem of problems) console.log(`  ${problem}`)
}
console.log(closingLine(counts))
process.exitCode = counts.failed > 0 ? 1 : 0
