import { loadBinding } from './binding.ts'

/** Tries whether the native engine starts, in a process of its own, and says so in one line of JSON. */
export async function checkEngine(): Promise<void> {
  const binding = await loadBinding(() => {})
  const gpu = binding.getGpuType()
  process.stdout.write(`${JSON.stringify({ gpu: gpu || null, cores: binding.getMathCores() })}\n`)
}
