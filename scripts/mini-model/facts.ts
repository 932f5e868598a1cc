/**
 * The hard facts that the built-in model is taught by heart. facts.test.ts holds them against the settings schema and
 * the command table: when one changes there, the model has to be made again. Everything else in the topics is said
 * without values that may change. Topics name a fact as {port}.
 */
const port = 4673
const address = `http://127.0.0.1:${port}`

export const facts = {
  port: String(port),
  address,
  base: `${address}/v1`,
  models: '~/Models',
  homeMac: '~/Library/Application Support/Impetus',
  homeLinux: '~/.local/share/impetus',
  envHome: 'IMPETUS_HOME',
  envPort: 'IMPETUS_PORT',
  envModels: 'IMPETUS_MODELS',
  node: '20.19',
  commands: 'serve, status, models, run, pull, load, unload, logs, connect, keys, doctor and stop',
} as const satisfies Record<string, string>

/** Commands that were made after the model: the next training teaches them. */
export const untaught: readonly string[] = []

/** What the model says to a question it was not taught: no guess, and the way to an answer. */
export const refusal =
  'I only know Impetus. Download a larger model for that: impetus search NAME, then impetus pull hf:OWNER/NAME.'

export function withFacts(text: string): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in facts ? facts[name as keyof typeof facts] : whole,
  )
}
