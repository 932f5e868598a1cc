import { ImpetusError } from '../../contract/errors.ts'
import type { Engine } from '../engine.ts'
import type { Catalogue } from './catalogue.ts'
import { RemoteModel } from './remote-model.ts'

/** Models on other servers that speak OpenAI's dialect: vLLM, llama-server, another Impetus. */
export function createRemoteEngine(catalogue: Catalogue): Engine {
  return {
    name: 'remote',
    async load({ id }) {
      const entry = catalogue.entries().find(one => one.id === id)
      if (entry === undefined)
        throw new ImpetusError('model_not_found', `No server has the model ${id} any more.`, {
          param: 'model',
        })
      const { name, contextLength, connection } = entry
      return new RemoteModel({ id, name, connection, contextLength })
    },
  }
}
