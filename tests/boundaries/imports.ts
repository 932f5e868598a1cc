import { stripTypeScriptTypes } from 'node:module'

export interface Import {
  /** As written: `../contract/errors.ts`, `node:fs`, `zod`. */
  readonly specifier: string
  /** Whether it is erased: nothing of the other module runs. */
  readonly typeOnly: boolean
}

const patterns = [
  // import … from 'x', export … from 'x', also over several lines
  /^\s*(?:import|export)\b[^'"`;()=]*?\bfrom\s*(['"])([^'"\n]+)\1/gm,
  // import 'x'
  /^\s*import\s*(['"])([^'"\n]+)\1/gm,
  // import('x'), also as a type
  /\bimport\(\s*(['"])([^'"\n]+)\1/g,
]

function specifiers(code: string): string[] {
  return patterns.flatMap(pattern => [...code.matchAll(pattern)].map(match => match[2] as string))
}

/**
 * Every import of a TypeScript file. What is still there when Node has stripped the types is a value; what is gone
 * was a type. (`import { type A } from` stays behind as an import of nothing and counts as a value: Biome asks for
 * `import type` there.)
 */
export function importsOf(source: string): Import[] {
  const code = withoutComments(source)
  const values = specifiers(stripTypeScriptTypes(code, { mode: 'strip' }))
  const left = [...values]
  const types = specifiers(code).filter(specifier => {
    const place = left.indexOf(specifier)
    if (place >= 0) left.splice(place, 1)
    return place < 0
  })
  return [
    ...values.map(specifier => ({ specifier, typeOnly: false })),
    ...types.map(specifier => ({ specifier, typeOnly: true })),
  ]
}

/** Comments of a line of their own and block comments; that is where examples of imports are written. */
function withoutComments(source: string): string {
  return source.replace(/^\s*\/\/.*$/gm, '').replace(/\/\*\*[\s\S]*?\*\//g, '')
}
