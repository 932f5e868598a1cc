import { createHash } from 'node:crypto'
import type { Hono } from 'hono'
import type { Env } from './env.ts'

const style = `
:root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }
body { max-width: 42rem; margin: 0 auto; padding: 3rem 1.25rem; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
code, pre { font: .9em/1.5 ui-monospace, monospace; }
pre { padding: 1rem; overflow-x: auto; border: 1px solid; border-radius: .5rem; }
a { color: LinkText; }
`

// Takes the one-time code out of the address at once: it must not stay in the history or in a bookmark.
const script = `
const status = document.getElementById('session')
const code = new URLSearchParams(location.hash.slice(1)).get('code')
history.replaceState(null, '', location.pathname)
const json = { 'content-type': 'application/json' }
async function show() {
  if (code) {
    const answer = await fetch('/api/sign-in', { method: 'POST', headers: json, body: JSON.stringify({ code }) })
    if (!answer.ok) return (await answer.json()).error.message
  }
  const session = await (await fetch('/api/session')).json()
  return session.kind === 'session'
    ? 'This browser is signed in.'
    : 'This browser is not signed in. Run "impetus open" for a link that signs it in.'
}
show().then(text => { status.textContent = text }, () => { status.textContent = 'Impetus does not answer.' })
`

function sourceOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

const policy = [
  "default-src 'none'",
  `style-src ${sourceOf(style)}`,
  `script-src ${sourceOf(script)}`,
  "connect-src 'self'",
  // The empty icon below.
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Mounts the page at the address people open to see whether Impetus runs. */
export function pageRoutes(app: Hono<Env>, version: string): void {
  app.get('/', context => {
    const headers = {
      'content-security-policy': policy,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    }
    // The guard has compared the host with the list, so it holds nothing that could be markup.
    return context.html(page(new URL(context.req.url).origin, version), 200, headers)
  })
}

function page(address: string, version: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Impetus</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
<h1>Impetus is running</h1>
<p>Version ${version}. <span id="session" role="status">Looking for this browser’s session …</span></p>
<noscript><p>Without scripts this page cannot sign a browser in; everything else works.</p></noscript>
<h2>Use it</h2>
<p>Give any OpenAI client this base address:</p>
<pre><code>${address}/v1</code></pre>
<p>Or try it in a terminal:</p>
<pre><code>curl ${address}/v1/chat/completions \\
  -H 'Content-Type: application/json' \\
  -d '{"messages": [{"role": "user", "content": "Hello"}]}'</code></pre>
<h2>Look around</h2>
<ul>
<li><a href="/v1/models">Installed models</a></li>
<li><a href="/api/status">Status</a></li>
<li><a href="/api/openapi.json">The API, as OpenAPI</a></li>
</ul>
</main>
<script>${script}</script>
</body>
</html>
`
}
