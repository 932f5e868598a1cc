import type { ModelValues } from '../contract/profiles.ts'
import type { Settings } from '../contract/settings.ts'
import { Profiles } from '../profiles/profiles.ts'
import { ProfileStore } from '../profiles/store.ts'
import type { Base } from './base.ts'

/** Reads how the models are configured. `changed`: told after a change. */
export function startProfiles({ database, settings, log }: Base, changed: () => void): Profiles {
  const store = new ProfileStore(database, log.child({ room: 'profiles' }))
  store.start()
  return new Profiles({
    store,
    common: () => commonValues(settings.current),
    defaultProfile: () => settings.current.models.profile,
    changed,
  })
}

function commonValues({ engine, models }: Settings): ModelValues {
  const { threads, contextLength, gpuLayers } = engine
  return {
    idleMinutes: models.idleMinutes,
    ...(threads === null ? {} : { threads }),
    ...(contextLength === null ? {} : { contextLength }),
    ...(gpuLayers === null ? {} : { gpuLayers }),
  }
}
