import { type ClientRecipe, keyPlaceholder } from '../contract/clients.ts'
import { agents, agentsWithoutTools } from './agents.ts'
import { apps, others } from './apps.ts'
import { editors } from './editors.ts'
import { libraries } from './libraries.ts'
import type { Place } from './recipe.ts'

export interface PlaceFacts extends Pick<Place, 'model' | 'contextLength' | 'callsTools' | 'fillsGaps'> {
  /** `http://127.0.0.1:4673`; a path and a slash at its end are cut off. */
  readonly address: string
  readonly needsKey: boolean
}

/** What to do in each client to have it ask this server. The one table of recipes: dashboard, command and documents show it. */
export function recipesFor({ address, needsKey, ...model }: PlaceFacts): ClientRecipe[] {
  const { origin } = new URL(address)
  const key = needsKey ? keyPlaceholder : 'unused'
  const place: Place = { ...model, address: origin, base: `${origin}/v1`, key, needsKey }
  const rest = [...agentsWithoutTools, ...editors, ...apps, ...libraries, ...others].map(recipe =>
    recipe(place),
  )
  return [...agents.map(recipe => warned(recipe(place), place)), ...rest]
}

/** First requests of agents have 6 to 79 kB. */
const contextForAgents = 32_768

/** What this very model lacks for an agent's work. */
function warned(recipe: ClientRecipe, { model, contextLength, callsTools }: Place): ClientRecipe {
  const warnings = [
    ...(callsTools ? [] : [`${model} calls no tools, and ${recipe.name} needs one that does.`]),
    ...(contextLength !== null && contextLength < contextForAgents
      ? [`${model} has a context of ${contextLength} tokens: too few for ${recipe.name}.`]
      : []),
  ]
  return { ...recipe, notes: [...recipe.notes, ...warnings] }
}
