import { stringify as yaml } from 'yaml'
import { form, type Recipe, text } from './recipe.ts'

const inContainer =
  'In a container, "127.0.0.1" is the container itself. With Docker Desktop use http://host.docker.internal and the same port, and add "host.docker.internal" to server.allowedHosts in the settings.'

const openWebUi: Recipe = ({ base, key, needsKey }) => ({
  id: 'open-webui',
  name: 'Open WebUI',
  uses: '/v1/chat/completions',
  parts: [
    form('Admin Settings › Connections › OpenAI › Add Connection', {
      URL: base,
      'API Key': needsKey ? key : '(leave empty)',
    }),
  ],
  notes: [inContainer],
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
    'A new librechat.yaml needs a "version" too, as in librechat.example.yaml; with Docker, docker-compose.override.yml has to mount the file. Restart LibreChat then.',
    inContainer,
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
