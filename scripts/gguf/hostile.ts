/**
 * Broken model files, for tests of everything that reads them: one sound model, harmed in one place each. Which places,
 * is what crashed, hung or filled the memory of readers of this format before.
 */

import { type Dissected, dissect, entry, join, type RawEntry, type RawTensor, raw } from './dissect.ts'

export interface HostileFile {
  /** Says what is wrong with it; letters, digits and hyphens. */
  readonly name: string
  readonly bytes: Uint8Array
  /** `refused`: no reader may take it for a model. `any`: it may load, as long as nothing else breaks. */
  readonly expected: 'refused' | 'any'
}

type Change = (model: Dissected) => Uint8Array

/** @param sound a whole model file of few kilobytes to a megabyte */
export function hostileFiles(sound: Uint8Array): HostileFile[] {
  const model = dissect(sound)
  const made: HostileFile[] = []
  const add = (expected: HostileFile['expected'], name: string, bytes: Uint8Array) =>
    made.push({ name: `${String(made.length + 1).padStart(3, '0')}-${name}`, bytes, expected })
  for (const [name, bytes] of cuts(sound, model)) add('refused', name, bytes)
  for (const [name, bytes] of strangers(sound)) add('refused', name, bytes)
  for (const [name, change] of refusedChanges(model)) add('refused', name, change(model))
  for (const [name, change] of oddChanges()) add('any', name, change(model))
  return made
}

function cuts(sound: Uint8Array, model: Dissected): [string, Uint8Array][] {
  const { entries, tensors, dataStart } = model
  const places: [string, number][] = [
    ...[0, 1, 3, 4, 6, 8, 12, 16, 20, 24].map((at): [string, number] => [`cut-at-${at}`, at]),
    ...entries.flatMap(({ start, end }, index): [string, number][] =>
      index % 4 === 0
        ? [
            [`cut-before-key-${index}`, start],
            [`cut-within-key-${index}`, (start + end) >> 1],
          ]
        : [],
    ),
    ['cut-after-keys', entries.at(-1)?.end ?? 0],
    ['cut-within-tensor-info', ((tensors[0]?.start ?? 0) + (tensors[0]?.end ?? 0)) >> 1],
    ['cut-after-tensor-info', tensors.at(-1)?.end ?? 0],
    ['cut-at-data', dataStart],
    ['cut-after-a-byte-of-data', dataStart + 1],
    ['cut-at-half', sound.length >> 1],
    ['cut-at-last-byte', sound.length - 1],
  ]
  return places.map(([name, at]) => [name, sound.subarray(0, at)])
}

function strangers(sound: Uint8Array): [string, Uint8Array][] {
  const head = (bytes: Uint8Array) => Buffer.concat([bytes, sound.subarray(bytes.length)])
  const noise = Uint8Array.from({ length: 65_536 }, (_, index) => (index * 2_654_435_761) >>> 24)
  return [
    ['lfs-pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n')],
    ['html', Buffer.from('<!DOCTYPE html><html><body>Sign in</body></html>')],
    ['json-error', Buffer.from('{"error":"Access to this model is restricted."}')],
    ['zip', head(Buffer.from('PK\u0003\u0004'))],
    ['elf', head(Buffer.from('\u007fELF'))],
    ['safetensors', Buffer.concat([raw.u64(40), Buffer.from('{"a":{"dtype":"F32","shape":[1]}}')])],
    ['zeros', new Uint8Array(65_536)],
    ['noise', noise],
    ['bad-magic', head(Buffer.from('GGUX'))],
    ['old-magic', head(Buffer.from('tjgg'))],
    ...[0, 1, 4, 0x03000000, 0xffffffff].map((version): [string, Uint8Array] => [
      `version-${version}`,
      Buffer.concat([Buffer.from('GGUF'), raw.u32(version), sound.subarray(8)]),
    ]),
  ]
}

const huge = [2 ** 31, 1e9, 2n ** 63n, 2n ** 64n - 1n]

function refusedChanges(model: Dissected): [string, Change][] {
  const key = (suffix: string) => model.entries.find(({ name }) => name.endsWith(suffix))?.name ?? suffix
  const put = (suffix: string, type: number, value: Uint8Array) => replace(key(suffix), type, value)
  const counts: [string, Change][] = huge.flatMap(count => [
    [`tensors-${count}`, one => join({ ...one, tensorCount: count })],
    [`keys-${count}`, one => join({ ...one, keyCount: count })],
  ])
  const wrongTypes = [
    '.block_count',
    '.embedding_length',
    '.context_length',
    '.attention.head_count',
  ].flatMap((suffix): [string, Change][] => [
    [`text-for${slug(suffix)}`, put(suffix, 8, raw.text('many'))],
    [`list-for${slug(suffix)}`, put(suffix, 9, raw.list(8, [raw.text('a')]))],
    [`float-for${slug(suffix)}`, put(suffix, 6, raw.f32(Number.NaN))],
    [`missing${slug(suffix)}`, without(key(suffix))],
  ])
  const values: [string, string, number][] = [
    ['no-blocks', '.block_count', 0],
    ['a-million-blocks', '.block_count', 1_000_000],
    ['most-blocks', '.block_count', 0xffffffff],
    ['no-heads', '.attention.head_count', 0],
    ['most-heads', '.attention.head_count', 0xffffffff],
    ['most-kv-heads', '.attention.head_count_kv', 0xffffffff],
    ['no-width', '.embedding_length', 0],
    ['most-width', '.embedding_length', 0xffffffff],
    ['no-feed-forward', '.feed_forward_length', 0],
    ['most-feed-forward', '.feed_forward_length', 0xffffffff],
    ['no-context', '.context_length', 0],
    ['alignment-0', 'general.alignment', 0],
    ['alignment-3', 'general.alignment', 3],
    ['alignment-most', 'general.alignment', 0x80000000],
    ['split-of-many', 'split.count', 65_535],
  ]
  return [
    ...counts,
    ['keys-0', one => join({ ...one, keyCount: 0 })],
    ['tensors-0', one => join({ ...one, tensors: [], tensorCount: 0 })],
    ['one-tensor-too-many', one => join({ ...one, tensorCount: one.tensors.length + 1 })],
    ['one-key-too-many', one => join({ ...one, keyCount: one.entries.length + 1 })],
    ['one-key-too-few', one => join({ ...one, keyCount: one.entries.length - 1 })],
    ...wrongTypes,
    ...values.map(([name, suffix, value]): [string, Change] => [name, put(suffix, 4, raw.u32(value))]),
    ['architecture-empty', put('general.architecture', 8, raw.text(''))],
    ['architecture-is-a-path', put('general.architecture', 8, raw.text('../../etc/passwd'))],
    ['architecture-a-number', put('general.architecture', 4, raw.u32(1))],
    ['architecture-of-a-megabyte', put('general.architecture', 8, raw.text('a'.repeat(1_000_000)))],
    ['experts-most', put('llama.expert_count', 4, raw.u32(0xffffffff))],
    ['key-twice', one => join({ ...one, entries: [...one.entries, one.entries[0] as RawEntry] })],
    ['key-of-2-gigabytes', append(raw.entryHead(2 ** 31))],
    ['key-of-most-bytes', append(raw.entryHead(2n ** 64n - 1n))],
    ['value-of-unknown-type', append(entry('x', 13, raw.u32(0)))],
    ['value-of-type-most', append(entry('x', 0xffffffff, raw.u32(0)))],
    ['text-of-2-gigabytes', append(entry('x', 8, raw.u64(2 ** 31)))],
    ['text-of-most-bytes', append(entry('x', 8, raw.u64(-1n)))],
    ['list-of-most', append(entry('x', 9, Buffer.concat([raw.u32(4), raw.u64(-1n)])))],
    ['list-whose-bytes-wrap', append(entry('x', 9, Buffer.concat([raw.u32(10), raw.u64(2n ** 61n)])))],
    ['list-of-a-billion-texts', append(entry('x', 9, Buffer.concat([raw.u32(8), raw.u64(1e9)])))],
    ['list-of-lists', append(entry('x', 9, raw.list(9, [Buffer.concat([raw.u32(9), raw.u64(1)])])))],
    ['list-of-unknown-type', append(entry('x', 9, Buffer.concat([raw.u32(99), raw.u64(1)])))],
    ['neither-true-nor-false', append(entry('x', 7, Uint8Array.of(2)))],
    ['no-vocabulary', without('tokenizer.ggml.tokens')],
    ['vocabulary-empty', put('tokenizer.ggml.tokens', 9, raw.list(8, []))],
    ['vocabulary-a-number', put('tokenizer.ggml.tokens', 4, raw.u32(7))],
    ['adapter', put('general.type', 8, raw.text('adapter'))],
    ['projector', put('general.type', 8, raw.text('mmproj'))],
    ...tensorChanges(model),
  ]
}

function tensorChanges(model: Dissected): [string, Change][] {
  const last = model.tensors.at(-1) as RawTensor
  const second = model.tensors[1] as RawTensor
  const change =
    (more: Partial<RawTensor>, tensor = last): Change =>
    one =>
      join({ ...one, tensors: one.tensors.map(each => (each === tensor ? { ...each, ...more } : each)) })
  return [
    ['dimensions-0', change({ sizes: [] })],
    ['dimensions-5', change({ sizes: [...last.sizes, 1, 1, 1, 1].slice(0, 5) })],
    ['dimensions-most', change({ dimensions: 0xffffffff })],
    ['size-0', change({ sizes: [0] })],
    ['size-most', change({ sizes: [-1n] })],
    ['size-product-wraps', change({ sizes: [2n ** 32n, 2n ** 32n] })],
    ['size-bytes-wrap', change({ sizes: [2n ** 62n] })],
    ['size-beyond-the-file', change({ sizes: [1e9] })],
    ['type-999', change({ type: 999 })],
    ['type-most', change({ type: 0xffffffff })],
    ['type-removed', change({ type: 4 })],
    ['rows-no-whole-blocks', change({ type: 2, sizes: [33] })],
    ['offset-unaligned', change({ offset: 1 }, second)],
    ['offset-overlapping', change({ offset: 0 }, second)],
    ['offset-past-the-end', change({ offset: 1e12 })],
    ['offset-wrapping', change({ offset: 2n ** 64n - 32n })],
    ['name-twice', change({ name: second.name })],
    ['name-of-64', change({ name: 'n'.repeat(64) })],
    ['name-of-a-megabyte', change({ name: 'n'.repeat(1_000_000) })],
  ]
}

/** What a careful reader may well take, and a careless one dies of later: bad tokens, odd figures, templates. */
function oddChanges(): [string, Change][] {
  const put = (name: string, type: number, value: Uint8Array) => replace(name, type, value)
  const strings = (values: readonly string[]) => raw.list(8, values.map(raw.text))
  return [
    ['bos-beyond-vocabulary', put('tokenizer.ggml.bos_token_id', 4, raw.u32(0xffffffff))],
    ['eos-beyond-vocabulary', put('tokenizer.ggml.eos_token_id', 4, raw.u32(0x7fffffff))],
    ['eot-beyond-vocabulary', put('tokenizer.ggml.eot_token_id', 4, raw.u32(5_000_000))],
    ['tokenizer-unknown', put('tokenizer.ggml.model', 8, raw.text('no-such-tokenizer'))],
    ['tokenizer-a-number', put('tokenizer.ggml.model', 4, raw.u32(1))],
    ['pretokenizer-unknown', put('tokenizer.ggml.pre', 8, raw.text('no-such-rules'))],
    ['tokens-of-one', put('tokenizer.ggml.tokens', 9, strings(['a']))],
    ['tokens-all-alike', put('tokenizer.ggml.tokens', 9, strings(Array(1024).fill('same')))],
    ['tokens-all-empty', put('tokenizer.ggml.tokens', 9, strings(Array(1024).fill('')))],
    [
      'tokens-no-utf8',
      put('tokenizer.ggml.tokens', 9, raw.list(8, Array(1024).fill(raw.bytes([0xff, 0xfe])))),
    ],
    [
      'tokens-half-a-megabyte',
      put('tokenizer.ggml.tokens', 9, strings(['x'.repeat(500_000), ...Array(1023).fill('y')])),
    ],
    [
      'tokens-fewer-than-rows',
      put(
        'tokenizer.ggml.tokens',
        9,
        strings(
          Array(10)
            .fill('z')
            .map((z, n) => z + n),
        ),
      ),
    ],
    [
      'tokens-more-than-rows',
      put(
        'tokenizer.ggml.tokens',
        9,
        strings(
          Array(5000)
            .fill('z')
            .map((z, n) => z + n),
        ),
      ),
    ],
    ['merges-missing', without('tokenizer.ggml.merges')],
    ['merges-without-space', put('tokenizer.ggml.merges', 9, strings(['ab', '', ' ']))],
    ['merges-unknown', put('tokenizer.ggml.merges', 9, strings(['no such', 'pair here']))],
    ['token-types-missing', without('tokenizer.ggml.token_type')],
    ['token-types-too-few', put('tokenizer.ggml.token_type', 9, raw.list(5, [raw.u32(1)]))],
    ['token-types-unknown', put('tokenizer.ggml.token_type', 9, raw.list(5, Array(1024).fill(raw.u32(99))))],
    ['scores-too-few', put('tokenizer.ggml.scores', 9, raw.list(6, [raw.f32(Number.NaN)]))],
    ['context-of-2-thousand-million', put('llama.context_length', 4, raw.u32(0x7fffffff))],
    ['kv-heads-more-than-heads', put('llama.attention.head_count_kv', 4, raw.u32(64))],
    ['kv-heads-0', put('llama.attention.head_count_kv', 4, raw.u32(0))],
    ['heads-that-do-not-divide', put('llama.attention.head_count', 4, raw.u32(7))],
    ['key-length-odd', put('llama.attention.key_length', 4, raw.u32(3))],
    ['rope-dimensions-most', put('llama.rope.dimension_count', 4, raw.u32(0xffff))],
    ['rope-base-0', put('llama.rope.freq_base', 6, raw.f32(0))],
    ['rope-base-no-number', put('llama.rope.freq_base', 6, raw.f32(Number.NaN))],
    ['epsilon-0', put('llama.attention.layer_norm_rms_epsilon', 6, raw.f32(0))],
    ['epsilon-missing', without('llama.attention.layer_norm_rms_epsilon')],
    ['one-block-more-than-there-is', put('llama.block_count', 4, raw.u32(3))],
    ['architecture-without-keys', put('general.architecture', 8, raw.text('qwen2'))],
    ['architecture-unknown', put('general.architecture', 8, raw.text('nosuch'))],
    [
      'tensor-renamed',
      one =>
        join({ ...one, tensors: one.tensors.map((each, n) => (n === 0 ? { ...each, name: 'x' } : each)) }),
    ],
    ['weights-no-numbers', one => join({ ...one, data: one.data.map(() => 0xff) })],
    [
      'weights-infinite',
      one => join({ ...one, data: one.data.map((_byte, at) => [0, 0, 0x80, 0x7f][at % 4] as number) }),
    ],
    ...templates.map(([name, text]): [string, Change] => [
      `template-${name}`,
      put('tokenizer.chat_template', 8, raw.text(text)),
    ]),
    ['template-a-number', put('tokenizer.chat_template', 4, raw.u32(1))],
  ]
}

const loop = (body: string, times = 60) => `{% for i in range(${times}) %}${body}{% endfor %}`

const templates: readonly (readonly [string, string])[] = [
  ['range', '{{ range(10000000000) }}'],
  ['loops', loop(loop('x', 1_000_000), 1_000_000)],
  ['list-doubled', `{% set n = namespace(x=[1,2]) %}${loop('{% set n.x = n.x + n.x %}')}`],
  ['text-doubled', `{% set n = namespace(x='ab') %}${loop('{% set n.x = n.x ~ n.x %}')}`],
  ['text-multiplied', "{{ 'x' * 9999999999 }}"],
  ['padded', "{{ '%999999999s' | format('x') }}"],
  ['deep', `{{ ${'('.repeat(200_000)}1${')'.repeat(200_000)} }}`],
  ['deep-ifs', `${'{% if 1 %}'.repeat(20_000)}x${'{% endif %}'.repeat(20_000)}`],
  ['long', 'x'.repeat(10 * 1024 * 1024)],
  ['unfinished', '{{ messages'],
  ['refuses', "{{ raise_exception('never') }}"],
  ['reaches-for-the-program', "{{ messages.constructor.constructor('return process')().exit(3) }}"],
  ['reaches-for-python', "{{ ''.__class__.__mro__[1].__subclasses__() }}"],
  ['recursive-macro', '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}'],
  ['includes', "{% include '/etc/passwd' %}"],
  ['empty', ''],
]

function replace(name: string, type: number, value: Uint8Array): Change {
  return model => {
    const made = entry(name, type, value)
    const has = model.entries.some(each => each.name === name)
    const entries = has
      ? model.entries.map(each => (each.name === name ? made : each))
      : [...model.entries, made]
    return join({ ...model, entries, keyCount: entries.length })
  }
}

function without(name: string): Change {
  return model => {
    const entries = model.entries.filter(each => each.name !== name)
    return join({ ...model, entries, keyCount: entries.length })
  }
}

function append(made: RawEntry): Change {
  return model => join({ ...model, entries: [...model.entries, made], keyCount: model.entries.length + 1 })
}

function slug(text: string): string {
  return text.replaceAll(/[^a-z0-9]+/g, '-')
}
