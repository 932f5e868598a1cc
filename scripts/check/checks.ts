/** One thing that must hold for the whole repository, found out by one command. */
export interface Check {
  readonly name: string
  /** Words for Node, the first a file in the repository. */
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What mends most of what it finds. */
  readonly hint?: string
}

const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project=core', '--maxWorkers=1']

/** Everything `npm run check` looks at. Each has one core (two run at a time). */
export const checks: readonly Check[] = [
  {
    name: 'types',
    command: ['node_modules/typescript/bin/tsc'],
    env: { GOMAXPROCS: '1' },
  },
  {
    name: 'types of the dashboard',
    command: ['node_modules/typescript/bin/tsc', '--project', 'ui/tsconfig.json'],
    env: { GOMAXPROCS: '1' },
  },
  {
    name: 'format and lint',
    command: [
      'node_modules/@biomejs/biome/bin/biome',
      'ci',
      '--threads=1',
      '--error-on-warnings',
      '--reporter=concise',
      '--colors=off',
    ],
    hint: 'npx biome check --write',
  },
  {
    name: 'boundaries',
    command: [...vitest, 'tests/boundaries.test.ts'],
    hint: 'the import table is tests/boundaries/rooms.ts',
  },
  {
    name: 'unused code',
    command: ['node_modules/knip/bin/knip.js', '--no-progress', '--treat-config-hints-as-errors'],
  },
  {
    name: 'documents',
    command: ['scripts/docs.ts', '--check'],
    hint: 'npm run docs',
  },
]
