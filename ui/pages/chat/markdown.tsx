import DOMPurify from 'dompurify'
import { Marked } from 'marked'
import { memo, useMemo } from 'react'
import { CopyButton } from '../../parts/copy-button.tsx'
import { useWords } from '../../words/words.tsx'
import type { Blocks } from './blocks.ts'

const parser = new Marked({ gfm: true, async: false })
parser.use({
  renderer: {
    // Tags that a model writes are shown as what they are: text.
    html: ({ text }) => escaped(text),
    // Nothing is fetched because a model wrote an address: a picture is a link to it.
    image: ({ href, text }) => `<a href="${escaped(href)}">${escaped(text || href)}</a>`,
  },
})

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt(0)};`)
}

const allowed = {
  ALLOWED_TAGS:
    'a b blockquote br code del em h1 h2 h3 h4 h5 h6 hr i li ol p pre strong sub sup table tbody td th thead tr ul'.split(
      ' ',
    ),
  ALLOWED_ATTR: ['href', 'align', 'start'],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
}

/** Clean HTML of one block of Markdown, whatever the model wrote. */
function toHtml(markdown: string): string {
  const fragment = DOMPurify.sanitize(parser.parse(markdown) as string, {
    ...allowed,
    RETURN_DOM_FRAGMENT: true,
  })
  for (const link of fragment.querySelectorAll('a')) {
    link.target = '_blank'
    link.rel = 'noopener noreferrer'
  }
  const place = document.createElement('div')
  place.append(fragment)
  return place.innerHTML
}

const Block = memo(function Block({ source }: { source: string }) {
  const words = useWords()
  const html = useMemo(() => toHtml(source), [source])
  const code = codeOf(source)
  return (
    <div className="block">
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: sanitised above, tests/browser hold it to that */}
      <div dangerouslySetInnerHTML={{ __html: html }} />
      {code !== null && <CopyButton text={code} label={words.say('code')} />}
    </div>
  )
})

/** The text between the fences; null for other blocks. */
function codeOf(source: string): string | null {
  return /^\s*(?:```|~~~)[^\n]*\n([\s\S]*?)\n?(?:```|~~~)?\s*$/.exec(source)?.[1] ?? null
}

/** An answer's Markdown. Blocks that are finished are drawn once. */
export function Markdown({ blocks }: { blocks: Blocks }) {
  return (
    <div className="markdown">
      {blocks.finished.map((source, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks are only ever added at the end
        <Block key={place} source={source} />
      ))}
      <Block key="open" source={blocks.open} />
    </div>
  )
}
