import { answerLength, exports, file, form, type Place, type Recipe, text } from './recipe.ts'

const cline: Recipe = ({ base, model, key, contextLength }) => ({
  id: 'cline',
  name: 'Cline',
  uses: '/v1/chat/completions',
  parts: [
    text('In a terminal, for the Cline CLI', 'sh', [
      `cline auth --provider openai-compatible --apikey ${key} --modelid ${model} --baseurl ${base}`,
    ]),
    form('In the editor: the settings of the Cline panel, API Configuration', {
      'API Provider': 'OpenAI Compatible',
      'Base URL': base,
      'API Key': key,
      'Model ID': model,
      ...(contextLength !== null && { 'Context Window Size': String(contextLength) }),
    }),
  ],
  notes: [
    'Cline keeps its settings itself, so its own command sets them. Choose the model with "cline -P openai-compatible".',
    'Its first request has over 20 kB: give the model a context of 32,768 tokens or more.',
  ],
})

const roo: Recipe = ({ base, model, key, contextLength }) => ({
  id: 'roo',
  name: 'Roo Code, Zoo Code',
  uses: '/v1/chat/completions',
  parts: [
    form('In the editor: the settings of its panel, Providers', {
      'API Provider': 'OpenAI Compatible',
      'Base URL': base,
      'API Key': key,
      Model: model,
      ...(contextLength !== null && { 'Context Window Size': String(contextLength) }),
    }),
  ],
  notes: ['Roo Code ended in May 2026. Zoo Code carries it on, with the same fields.'],
})

const kilo: Recipe = place => ({
  id: 'kilo',
  name: 'Kilo Code',
  uses: '/v1/chat/completions',
  parts: [
    file('json', ['~/.config/kilo/kilo.json', '~/.config/kilo/kilo.jsonc'], { provider: providerOf(place) }),
    text('Then, for the Kilo CLI', 'sh', [`kilo --model impetus/${place.model}`]),
    form('Or in the editor: the settings of the Kilo Code panel, Providers', {
      'API Provider': 'OpenAI Compatible',
      'Base URL': place.base,
      'API Key': place.key,
      Model: place.model,
    }),
  ],
  notes: [],
})

const opencode: Recipe = place => ({
  id: 'opencode',
  name: 'opencode',
  uses: '/v1/chat/completions',
  parts: [
    file(
      'json',
      ['~/.config/opencode/opencode.json', '~/.config/opencode/opencode.jsonc'],
      { provider: providerOf(place) },
      { $schema: 'https://opencode.ai/config.json' },
    ),
    text('Then', 'sh', [`opencode --model impetus/${place.model}`]),
  ],
  notes: [],
})

/** As opencode, and Kilo which is made from it, list their providers. */
function providerOf({ base, model, key, contextLength }: Place): object {
  const limit = contextLength !== null && {
    limit: { context: contextLength, output: answerLength(contextLength) },
  }
  return {
    impetus: {
      npm: '@ai-sdk/openai-compatible',
      name: 'Impetus',
      options: { baseURL: base, apiKey: key },
      models: { [model]: { name: model, ...limit } },
    },
  }
}

const codex: Recipe = ({ base, model, key, needsKey, contextLength }) => ({
  id: 'codex',
  name: 'Codex',
  uses: '/v1/responses',
  parts: [
    file('toml', ['~/.codex/impetus.config.toml'], {
      model,
      model_provider: 'impetus',
      ...(contextLength !== null && { model_context_window: contextLength }),
      model_providers: {
        impetus: {
          name: 'Impetus',
          base_url: base,
          wire_api: 'responses',
          ...(needsKey && { experimental_bearer_token: key }),
        },
      },
    }),
    text('Then', 'sh', ['codex --profile impetus']),
  ],
  notes: ['A profile in a file of its own: what Codex does without it stays as it was.'],
})

const claudeCode: Recipe = ({ address, model, key, contextLength }) => ({
  id: 'claude-code',
  name: 'Claude Code',
  uses: '/v1/messages',
  parts: [
    file('json', ['~/.claude/impetus.json'], {
      env: {
        ANTHROPIC_BASE_URL: address,
        ANTHROPIC_AUTH_TOKEN: key,
        ANTHROPIC_MODEL: model,
        ANTHROPIC_DEFAULT_OPUS_MODEL: model,
        ANTHROPIC_DEFAULT_SONNET_MODEL: model,
        ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
        ...(contextLength !== null && {
          CLAUDE_CODE_MAX_CONTEXT_TOKENS: String(contextLength),
          CLAUDE_CODE_MAX_OUTPUT_TOKENS: String(answerLength(contextLength)),
        }),
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      },
    }),
    text('Then', 'sh', ['claude --settings ~/.claude/impetus.json']),
  ],
  notes: [
    'A file of its own: Claude Code without it goes on with your account.',
    'Its first request has about 50 kB: give the model a context of 32,768 tokens or more.',
    'Claude Code would take an unknown model for one with a million tokens; the file says how many there are.',
  ],
})

const qwenCode: Recipe = ({ base, model, key, contextLength }) => ({
  id: 'qwen-code',
  name: 'qwen-code',
  uses: '/v1/chat/completions',
  parts: [
    file('json', ['~/.qwen/settings.json'], {
      modelProviders: {
        openai: [
          {
            id: model,
            name: `Impetus: ${model}`,
            baseUrl: base,
            envKey: 'IMPETUS_API_KEY',
            ...(contextLength !== null && { generationConfig: { contextWindowSize: contextLength } }),
          },
        ],
      },
      env: { IMPETUS_API_KEY: key },
    }),
    text('Then', 'sh', [`qwen --auth-type openai --model ${model}`]),
  ],
  notes: [],
})

const copilot: Recipe = ({ base, model, key, needsKey, contextLength }) => ({
  id: 'copilot-cli',
  name: 'GitHub Copilot CLI',
  uses: '/v1/chat/completions',
  parts: [
    text('In a terminal, or in the profile of your shell', 'sh', [
      ...exports({
        COPILOT_PROVIDER_BASE_URL: base,
        ...(needsKey && { COPILOT_PROVIDER_API_KEY: key }),
        COPILOT_MODEL: model,
        ...(contextLength !== null && {
          COPILOT_PROVIDER_MAX_PROMPT_TOKENS: String(contextLength - answerLength(contextLength)),
          COPILOT_PROVIDER_MAX_OUTPUT_TOKENS: String(answerLength(contextLength)),
        }),
        COPILOT_OFFLINE: 'true',
      }),
      'copilot',
    ]),
  ],
  notes: ['COPILOT_OFFLINE keeps it from calling anything but this server; no GitHub account is needed.'],
})

const aider: Recipe = ({ base, model, key }) => ({
  id: 'aider',
  name: 'aider',
  uses: '/v1/chat/completions',
  parts: [
    file('yaml', ['~/.aider.impetus.yml'], {
      model: `openai/${model}`,
      'openai-api-base': base,
      'openai-api-key': key,
      'show-model-warnings': false,
    }),
    text('Then', 'sh', ['aider --config ~/.aider.impetus.yml']),
  ],
  notes: [
    'A file of its own: aider without it goes on with ~/.aider.conf.yml.',
    'It asks for edits in plain text and calls no tools.',
  ],
})

/** Programs that work on files by themselves, with tools. */
export const agents: readonly Recipe[] = [cline, roo, kilo, opencode, codex, claudeCode, qwenCode, copilot]

/** Programs that change files by what the model writes: it need not call tools, nor read long instructions. */
export const agentsWithoutTools: readonly Recipe[] = [aider]
