export interface CodeBlock {
  readonly language: string
  /** What follows the language on the fence: `ts client` has the word `client`. */
  readonly words: readonly string[]
  readonly code: string
}

/** The fenced blocks of a document, those in lists included. */
export function codeBlocks(text: string): CodeBlock[] {
  return [...text.matchAll(/^ *```(\w*)([^\n]*)\n([\s\S]*?)^ *```$/gm)].map(
    ([, language = '', words = '', code = '']) => ({
      language,
      words: words.trim().split(/\s+/),
      code,
    }),
  )
}

function withoutBlocks(text: string): string {
  return text.replace(/^ *```[\s\S]*?^ *```$/gm, '')
}

/** What stands between single backticks. */
export function inlineCode(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
}

/** Targets of the links to other files of the repository and within a document. */
export function links(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter(target => !/^[a-z]+:/.test(target))
}

/** The anchors that GitHub makes of the headings. */
export function slugs(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
