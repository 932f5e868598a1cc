import { realModelAdvice } from './real-model.ts'

/** What a person needs to know when the core has started. */
export interface Announcement {
  readonly version: string
  readonly url: string
  readonly socket: string
  /** The default model's id. */
  readonly model: string | null
  /** What a person should know of it. */
  readonly modelNote: string | null
  readonly signInLink: string
  /** A call from the command line without a key works over TCP. */
  readonly openOverTcp: boolean
  readonly scripted: boolean
  /** Why another port than the one asked for. */
  readonly portTaken: string | null
  readonly port: number
  readonly firstStart: boolean
  readonly modelsFolder: string
  readonly totalMemory: number
}

/** The lines for a terminal: four labelled ones, and what must not be overlooked. Pure. */
export function announcement(facts: Announcement): string {
  const { model, modelsFolder } = facts
  return [
    '',
    ...(facts.portTaken === null
      ? []
      : [`  NOTE       ${facts.portTaken} Using port ${facts.port} instead.`]),
    ...(facts.scripted
      ? ['  NOTE       The scripted engine answers: canned words for tests, no model at all.']
      : []),
    `  Address    ${facts.url}/v1  (OpenAI-compatible)`,
    `  Model      ${model === null ? `none yet: put a .gguf file into ${modelsFolder}` : described(facts)}`,
    `  Try it     ${curlLine(facts)}`,
    `  Dashboard  ${facts.signInLink}`,
    '',
    ...(facts.firstStart
      ? [...realModelAdvice(facts.totalMemory, modelsFolder).map(line => `  ${line}`), '']
      : []),
  ].join('\n')
}

function described({ model, modelNote }: Announcement): string {
  return modelNote === null ? `${model}` : `${model}  (${modelNote})`
}

/** Where TCP needs a key or a certificate that curl does not know, the socket needs neither. */
function curlLine({ url, socket, openOverTcp, model }: Announcement): string {
  const target = openOverTcp ? url : `--unix-socket '${socket.replaceAll("'", `'\\''`)}' http://localhost`
  const body = JSON.stringify({
    ...(model === null ? {} : { model }),
    messages: [{ role: 'user', content: 'Hello!' }],
  })
  return `curl ${target}/v1/chat/completions -H 'Content-Type: application/json' -d '${body}'`
}
