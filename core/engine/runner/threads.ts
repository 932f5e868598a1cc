/**
 * One core is left for everything else. llama.cpp's threads spin while they wait for each other: with two of them on
 * two cores the event loop starves, and a tenth of one thread's speed is what was measured. Beside a GPU a few are
 * enough to feed it.
 */
export function defaultThreads(cores: number, gpu: boolean): number {
  return gpu ? Math.max(1, Math.min(4, cores - 1)) : Math.max(1, cores - 1)
}
