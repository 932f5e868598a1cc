/**
 * The names llama.cpp gives its weights' types, as people put them into file names: Q4_K_M, Q8_0, IQ2_XXS, UD-Q4_K_XL,
 * TQ1_0, MXFP4_MOE, F16, BF16. Between separators, so that "Q4" in a word does not count.
 */
const pattern =
  /(?:^|[-._])((?:UD-)?(?:I?Q[1-8](?:_(?:[0-9]|K|NL|XXS|XS|S|M|L|XL)){1,3}|TQ[12]_0|(?:MX|NV)FP4(?:_MOE)?|BF16|FP?16|FP?32))(?=$|[-._])/gi

/**
 * The quantisation a file's name says it has, in capitals; null when it says none. The last one counts: some names
 * begin with what the file was made from.
 */
export function quantizationOf(fileName: string): string | null {
  const stem = fileName.replace(/\.gguf$/i, '').replace(/-\d{5}-of-\d{5}$/, '')
  const last = [...stem.matchAll(pattern)].at(-1)?.[1]?.toUpperCase()
  if (last === undefined) return null
  return last.replace(/^FP(?=16|32)/, 'F')
}

/**
 * What is fetched when a reference names no quantisation, best first: four bits with the K scheme lose little and
 * fit most machines.
 */
const preferred = [
  'Q4_K_M',
  'UD-Q4_K_XL',
  'Q4_K_XL',
  'Q4_K_S',
  'Q4_0',
  'IQ4_NL',
  'IQ4_XS',
  'MXFP4',
  'MXFP4_MOE',
  'Q5_K_M',
  'Q8_0',
]

/** The place in that order; those that are not in it come last, alike. */
export function preferenceOf(quantization: string | null): number {
  const place = quantization === null ? -1 : preferred.indexOf(quantization)
  return place < 0 ? preferred.length : place
}
