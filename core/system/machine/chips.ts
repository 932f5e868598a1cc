/** Gigabytes a second of Apple's chips, as Apple's specifications give them. Where a chip came in two kinds, by cores. */
const bandwidths: readonly (readonly [chip: RegExp, gigabytes: (cores: number) => number])[] = [
  [/\bM1 Ultra\b/, () => 800],
  [/\bM1 Max\b/, () => 400],
  [/\bM1 Pro\b/, () => 200],
  [/\bM1\b/, () => 68],
  [/\bM2 Ultra\b/, () => 800],
  [/\bM2 Max\b/, () => 400],
  [/\bM2 Pro\b/, () => 200],
  [/\bM2\b/, () => 100],
  [/\bM3 Ultra\b/, () => 819],
  // 14 cores of the processor go with the narrower memory, 16 with the wider one.
  [/\bM3 Max\b/, cores => (cores >= 16 ? 400 : 300)],
  [/\bM3 Pro\b/, () => 150],
  [/\bM3\b/, () => 100],
  [/\bM4 Max\b/, cores => (cores >= 16 ? 546 : 410)],
  [/\bM4 Pro\b/, () => 273],
  [/\bM4\b/, () => 120],
]

/** Bytes a second between memory and chip, where it is one of Apple's that is known; null otherwise. */
export function publishedBandwidth(chip: string, cores: number): number | null {
  if (!/^Apple\b/.test(chip)) return null
  const found = bandwidths.find(([pattern]) => pattern.test(chip))
  return found === undefined ? null : found[1](cores) * 1e9
}

/** Features of a processor that the engine computes with, as Linux names them in /proc/cpuinfo. */
const wanted = [
  'avx',
  'avx2',
  'fma',
  'f16c',
  'avx512f',
  'avx512_vnni',
  'avx512_bf16',
  'avx_vnni',
  'amx_int8',
  'amx_bf16',
]

/** The name of the processor and its useful features, from /proc/cpuinfo. */
export function readCpuInfo(text: string): {
  readonly chip: string | null
  readonly features: readonly string[]
} {
  const line = (name: string) => new RegExp(`^${name}\\s*:\\s*(.+)$`, 'm').exec(text)?.[1]?.trim()
  const flags = new Set((line('flags') ?? line('Features') ?? '').split(/\s+/))
  return { chip: line('model name') ?? null, features: wanted.filter(feature => flags.has(feature)) }
}
