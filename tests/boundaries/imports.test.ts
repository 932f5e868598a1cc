import { expect, test } from 'vitest'
import { importsOf } from './imports.ts'

const value = (specifier: string) => ({ specifier, typeOnly: false })
const type = (specifier: string) => ({ specifier, typeOnly: true })

test.each([
  { code: "import fs from 'node:fs'", found: [value('node:fs')] },
  { code: "import {\n  a,\n  b,\n} from './a.ts'", found: [value('./a.ts')] },
  { code: "import './a.ts'", found: [value('./a.ts')] },
  { code: "export * from './a.ts'\nexport { b } from './b.ts'", found: [value('./a.ts'), value('./b.ts')] },
  { code: "const { run } = await import('./a.ts')", found: [value('./a.ts')] },
  {
    code: "import type { A } from './a.ts'\nexport type { B } from './b.ts'",
    found: [type('./a.ts'), type('./b.ts')],
  },
  { code: "let a: import('./a.ts').A", found: [type('./a.ts')] },
  {
    code: "import type { A } from './a.ts'\nimport { b } from './a.ts'",
    found: [value('./a.ts'), type('./a.ts')],
  },
  { code: "import { type A, b } from './a.ts'", found: [value('./a.ts')] },
  {
    code: "/** Like `import a from './a.ts'`:\nimport a from './b.ts' */\n// import a from './c.ts'",
    found: [],
  },
  { code: "const word = 'import'\nconst from = ['./a.ts']", found: [] },
])('$code', ({ code, found }) => {
  expect(importsOf(code)).toEqual(found)
})
