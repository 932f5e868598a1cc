import { Socket } from 'node:net'
import { ImpetusError } from '../../contract/errors.ts'
import { FrameDecoder } from '../frames.ts'
import { startLifeline } from '../lifeline.ts'
import type { CoreMessage, RunnerLoadOptions } from '../protocol.ts'
import { type Loaded, loadModel } from './load.ts'
import { RunnerLog } from './log.ts'
import { Outbox } from './outbox.ts'
import { Requests } from './requests.ts'

/** The child's end of the pipe that the core talks through. */
const pipe = 3

/** The runner's whole life: takes one `load`, then requests, until the core closes the pipe. */
export async function runRunner(): Promise<void> {
  startLifeline()
  // What llama.cpp writes holds people's prompts.
  process.umask(0o077)
  const log = new RunnerLog()
  const core = new Socket({ fd: pipe, readable: true, writable: true })
  const outbox = new Outbox(core)
  const decoder = new FrameDecoder()
  let requests: Requests | undefined

  // States may be worth keeping; nothing else is left to do, and native teardown could only hang or crash.
  let ending = false
  const end = () => {
    if (ending) return
    ending = true
    setTimeout(() => process.exit(0), closeTime)
    void Promise.resolve(requests?.close()).finally(() => process.exit(0))
  }
  core.on('error', end).on('end', end).on('close', end)
  core.on('data', (chunk: Buffer) => {
    // The core is trusted: it is the same program.
    for (const message of decoder.push(chunk) as CoreMessage[]) {
      if (message.t !== 'load') requests?.take(message)
      else {
        const { options } = message
        setInterval(() => outbox.tell({ t: 'beat', ...(requests?.stepTimes ?? idle) }), options.heartbeat)
        void load(options, log, outbox).then(loaded => {
          if (loaded === undefined) return
          requests = new Requests(loaded, options, outbox)
          outbox.tell({ t: 'loaded', facts: loaded.facts })
        })
      }
    }
  })
  await new Promise(() => {})
}

async function load(options: RunnerLoadOptions, log: RunnerLog, outbox: Outbox): Promise<Loaded | undefined> {
  try {
    return await loadModel(options, log, fraction => outbox.tell({ t: 'progress', fraction }))
  } catch (error) {
    log.error(
      'The model did not load',
      error instanceof ImpetusError && error.cause !== undefined ? error.cause : error,
    )
    const known =
      error instanceof ImpetusError ? error : new ImpetusError('model_load_failed', 'The model did not load.')
    outbox.tell({ t: 'failed', code: known.code, message: known.message })
    return undefined
  }
}

/** Milliseconds that the core waits for a runner to end, less some. */
const closeTime = 800

const idle = { step: null, lastStep: 0 }
