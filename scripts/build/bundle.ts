import type { BuildOptions } from 'esbuild'
import { inProject, projectVersion } from '../project.ts'
import { englishOnly } from './quick-start.ts'

interface BundleFacts {
  readonly outdir: string
  /** Whether `serve --engine scripted` is in it. The packaged program is made without: false. */
  readonly scripted: boolean
}

/** How esbuild makes one folder of JavaScript out of the core. */
export function bundleOptions({ outdir, scripted }: BundleFacts): BuildOptions {
  return {
    entryPoints: { impetus: inProject('core/main.ts') },
    outdir,
    bundle: true,
    // Parts that only some commands need stay in files of their own, loaded when asked for.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    // Finds its own native libraries beside itself, and only the runner ever loads it.
    external: ['node-llama-cpp'],
    plugins: [englishOnly],
    // Its main file looks for its parts in a way that no bundler follows.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    define: { IMPETUS_VERSION: JSON.stringify(projectVersion()), IMPETUS_SCRIPTED: String(scripted) },
    // CommonJS packages ask for these, which an ES module does not have.
    banner: {
      js: [
        "import { createRequire as bundleRequire } from 'node:module'",
        'const require = bundleRequire(import.meta.url)',
        'const __filename = import.meta.filename, __dirname = import.meta.dirname',
      ].join('\n'),
    },
    legalComments: 'none',
    // V8 keeps the text of what it has loaded: blanks are 0.4 of 1.3 MB. Names stay, and lines that a stack can point at.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 160,
    logLevel: 'warning',
  }
}
