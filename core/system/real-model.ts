const gigabyte = 1e9

/**
 * What a machine's memory carries: a model of 4-bit weights takes about 0.6 bytes a parameter, its context one or two
 * gigabytes, and the rest belongs to the system and to people's programs. `upTo` is memory in bytes.
 */
const fits: readonly { readonly upTo: number; readonly parameters: string; readonly file: string }[] = [
  { upTo: 6 * gigabyte, parameters: '1 to 2 billion', file: '1 GB' },
  { upTo: 12 * gigabyte, parameters: '3 to 4 billion', file: '2.5 GB' },
  { upTo: 20 * gigabyte, parameters: '7 to 9 billion', file: '5 GB' },
  { upTo: 40 * gigabyte, parameters: '12 to 15 billion', file: '9 GB' },
  { upTo: 80 * gigabyte, parameters: '30 to 35 billion', file: '20 GB' },
  { upTo: Number.POSITIVE_INFINITY, parameters: '70 billion', file: '42 GB' },
]

/** How to get a real model for this machine, in some lines. Pure. */
export function realModelAdvice(totalMemory: number, modelsFolder: string): string[] {
  const memory = Math.round(totalMemory / gigabyte)
  const fit = fits.find(({ upTo }) => totalMemory <= upTo) ?? fits[0]
  return [
    `For real work get a larger model. This machine has ${memory} GB of memory: one of ${fit?.parameters} parameters`,
    `in 4 bits (a .gguf file of about ${fit?.file}, "Q4_K_M" in its name) fits beside your programs. Such files are at`,
    'https://huggingface.co/models?library=gguf. Put one into',
    `  ${modelsFolder}`,
    'or ~/Models; it is there at once, no restart needed. "impetus models" lists what is installed.',
  ]
}
