import { open } from 'node:fs/promises'
import { openCheckpoint } from '../checkpoint/open.ts'
import { describe } from '../describe/describe.ts'
import { ModelFolder } from '../files/folder.ts'
import { writeGguf } from '../gguf/write.ts'
import { planConversion, readConfig } from '../plan.ts'
import { Refusal } from '../refusal.ts'
import type { ConverterLine, ConvertOrder } from './lines.ts'

/** Bytes that this process may hold: the vocabulary's JSON is the largest thing in it, weights go through in pieces. */
const mostMemory = 1024 * 1024 * 1024
/** Five times a second is enough for a bar to look alive. */
const tickMilliseconds = 200

/** What another room lends: ends this process when its parent has died, or when it holds too much memory. */
export type StartLifeline = (limits: { readonly mostMemory: number }) => void

/**
 * The child's whole life: `impetus converter describe PATH` or `impetus converter convert ORDER`. Models are read
 * here and nowhere else, since what is in them may be made to harm.
 */
export async function runConverter(args: readonly string[], startLifeline: StartLifeline): Promise<void> {
  const [verb, operand] = args
  if ((verb !== 'describe' && verb !== 'convert') || operand === undefined)
    throw new Error('usage: impetus converter describe PATH | convert ORDER')
  startLifeline({ mostMemory })
  try {
    if (verb === 'describe') await tell({ described: describe(operand) })
    else await convert(JSON.parse(operand) as ConvertOrder)
  } catch (error) {
    if (error instanceof Refusal) await tell({ refused: error.message })
    else await tell({ failed: (error as NodeJS.ErrnoException).code ?? String(error) })
  }
}

async function convert({ source, file, to, name }: ConvertOrder): Promise<void> {
  const folder = new ModelFolder(source)
  try {
    const config = readConfig(folder)
    const checkpoint = openCheckpoint(folder, config)
    if (checkpoint === undefined) throw new Refusal('It has no weights any more.')
    const plan = planConversion(folder, config, checkpoint)
    let values = 0
    let told = 0
    const onValues = (count: number) => {
      values += count
      if (performance.now() - told < tickMilliseconds) return
      told = performance.now()
      void tell({ progress: { values, of: plan.values } })
    }
    const bytes = await writeGguf(file, plan.metadata(to, name), plan.tensors(to, onValues))
    await flush(file)
    await tell({ written: { bytes } })
  } finally {
    folder.close()
  }
}

/** What is told to be done must survive a power cut. */
async function flush(path: string): Promise<void> {
  await using file = await open(path, 'r+')
  await file.datasync()
}

function tell(line: ConverterLine): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${JSON.stringify(line)}\n`, error => (error ? reject(error) : resolve()))
  })
}
