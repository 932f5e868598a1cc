import { answerLength, exports, file, form, type Recipe, text } from './recipe.ts'

/** For clients that must be told a length, where nobody has read the model's file yet. */
const usualContext = 32_768

const continueEditor: Recipe = ({ base, model, key, contextLength, callsTools, fillsGaps }) => ({
  id: 'continue',
  name: 'Continue',
  uses: '/v1/chat/completions, /v1/completions',
  parts: [
    file(
      'yaml',
      ['~/.continue/config.yaml'],
      {
        models: [
          {
            name: `Impetus: ${model}`,
            provider: 'openai',
            model,
            apiBase: base,
            apiKey: key,
            roles: ['chat', 'edit', 'apply', ...(fillsGaps ? ['autocomplete'] : [])],
            ...(callsTools && { capabilities: ['tool_use'] }),
            ...(contextLength !== null && { defaultCompletionOptions: { contextLength } }),
          },
        ],
      },
      { name: 'Local Agent', version: '1.0.0', schema: 'v1' },
    ),
  ],
  notes: ['The editor extension and the Continue CLI (cn) read the same file.'],
})

const zed: Recipe = ({ base, model, key, contextLength, callsTools }) => ({
  id: 'zed',
  name: 'Zed',
  uses: '/v1/chat/completions',
  parts: [
    file('json', ['~/.config/zed/settings.json'], {
      language_models: {
        openai_compatible: {
          Impetus: {
            api_url: base,
            available_models: [
              {
                name: model,
                max_tokens: contextLength ?? usualContext,
                capabilities: {
                  tools: callsTools,
                  images: false,
                  parallel_tool_calls: false,
                  prompt_cache_key: false,
                },
              },
            ],
          },
        },
      },
    }),
    text(
      'In the environment that Zed starts from, or as the API key under Settings › AI › LLM Providers',
      'sh',
      [...exports({ IMPETUS_API_KEY: key })],
    ),
  ],
  notes: ['Zed shows no model of a provider without a key; any text will do where none is required.'],
})

const vsCode: Recipe = ({ base, model, key, contextLength, callsTools }) => {
  const context = contextLength ?? usualContext
  const models = [
    {
      id: model,
      name: `Impetus: ${model}`,
      url: `${base}/chat/completions`,
      toolCalling: callsTools,
      vision: false,
      maxInputTokens: context - answerLength(context),
      maxOutputTokens: answerLength(context),
    },
  ]
  const entry = {
    name: 'Impetus',
    vendor: 'customendpoint',
    apiKey: key,
    apiType: 'chat-completions',
    models,
  }
  return {
    id: 'vscode',
    name: 'VS Code',
    uses: '/v1/chat/completions',
    parts: [
      text(
        'chatLanguageModels.json, which the command "Chat: Open Language Models (JSON)" opens',
        'json',
        JSON.stringify([entry], null, 2).split('\n'),
      ),
    ],
    notes: [
      'Where the file has entries already, add this one to the list. VS Code 1.122 or later has Custom Endpoint models; no GitHub account is needed.',
      'Where the model does not appear, restart VS Code. Sessions of its Agent Host need the setting "chat.agentHost.byokModels.enabled".',
      'For titles and commit messages choose it in "chat.utilityModel" and "chat.utilitySmallModel" too.',
      ...(callsTools ? [] : [`VS Code offers agents no model without tools, and ${model} calls none.`]),
    ],
  }
}

const xcode: Recipe = ({ address, key, needsKey }) => ({
  id: 'xcode',
  name: 'Xcode',
  uses: '/v1/chat/completions',
  parts: [
    // The form for servers on this Mac asks for a port only; the other wants the address without /v1.
    needsKey || !onThisMachine(address)
      ? form('Xcode › Settings › Intelligence › Add a Chat Provider › Internet Hosted', {
          URL: address,
          'API Key Header': 'x-api-key',
          'API Key': key,
          Description: 'Impetus',
        })
      : form('Xcode › Settings › Intelligence › Add a Chat Provider › Locally Hosted', {
          Port: new URL(address).port,
          Description: 'Impetus',
        }),
  ],
  notes: ['Some versions of Xcode 26 call the button "Add a Model Provider".'],
})

function onThisMachine(address: string): boolean {
  return ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(address).hostname)
}

const jetBrains: Recipe = ({ base, key, callsTools }) => ({
  id: 'jetbrains',
  name: 'JetBrains AI Assistant',
  uses: '/v1/chat/completions',
  parts: [
    form('Settings › Tools › AI Assistant › Providers & API keys › Third-party AI providers', {
      Provider: 'OpenAI-compatible',
      URL: base,
      'API Key': key,
      'Tool calling': callsTools ? 'on' : 'off',
    }),
  ],
  notes: [
    'Then choose the model for each feature under Models Assignment, on the same page.',
    'Earlier versions call the page "Models" or "Models & API keys".',
  ],
})

const llamaVim: Recipe = ({ address, base, model, key, needsKey }) => ({
  id: 'llama-vim',
  name: 'llama.vim',
  uses: '/infill, /v1/chat/completions',
  parts: [
    text('.vimrc, before the plug-in is loaded', 'vim', [
      'let g:llama_config = {',
      `    \\ 'endpoint_fim': '${address}/infill',`,
      `    \\ 'model_fim': '${model}',`,
      `    \\ 'endpoint_inst': '${base}/chat/completions',`,
      `    \\ 'model_inst': '${model}',`,
      ...(needsKey ? [`    \\ 'api_key': '${key}',`] : []),
      '    \\ }',
    ]),
  ],
  notes: [
    'Completions need a model that can fill gaps: "infill" is among its capabilities in GET /v1/models.',
  ],
})

/** Programs that people write code in. */
export const editors: readonly Recipe[] = [continueEditor, zed, vsCode, xcode, jetBrains, llamaVim]
