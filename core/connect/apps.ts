import { stringify as yaml } from 'yaml'
import { form, type Recipe, text } from './recipe.ts'

const openWebUi: Recipe = ({ base, key, needsKey }) => ({
  id: 'open-webui',
  name: 'Open WebUI',
  uses: '/v1/chat/completions',
  parts: [
    form('Admin Panel › Settings › Connections › OpenAI API › Add Connection', {
      URL: base,
      Key: needsKey ? key : '(leave empty)',
    }),
  ],
  notes: [
    'In a container, "127.0.0.1" is the container itself. With Docker Desktop use http://host.docker.internal and the same port, and add "host.docker.internal" to server.allowedHosts in the settings.',
  ],
})

const libreChat: Recipe = ({ base, model, key }) => ({
  id: 'librechat',
  name: 'LibreChat',
  uses: '/v1/chat/completions',
  parts: [
    text(
      'librechat.yaml, under endpoints › custom',
      'yaml',
      yaml({
        endpoints: {
          custom: [
            {
              name: 'Impetus',
              apiKey: key,
              baseURL: base,
              models: { default: [model], fetch: true },
              titleConvo: true,
              titleModel: 'current_model',
              modelDisplayLabel: 'Impetus',
            },
          ],
        },
      }).split('\n'),
    ),
  ],
  notes: [
    'In a container, "127.0.0.1" is the container itself. With Docker Desktop use http://host.docker.internal and the same port, and add "host.docker.internal" to server.allowedHosts in the settings.',
  ],
})

const other: Recipe = ({ base, model, key }) => ({
  id: 'other',
  name: 'Anything else that speaks OpenAI’s API',
  uses: '/v1/chat/completions',
  parts: [form('Its settings, whatever it calls them', { 'Base URL': base, 'API key': key, Model: model })],
  notes: [],
})

/** Programs for people who chat. */
export const apps: readonly Recipe[] = [openWebUi, libreChat]

export const others: readonly Recipe[] = [other]
