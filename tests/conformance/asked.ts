/** What every package asks of the built-in model. Nothing here depends on how it words its answers. */
export const model = 'impetus-mini'

/** Whatever a model makes of it, a call of this tool fits its schema. */
export const weather = {
  name: 'weather',
  description: 'The weather of the next days',
  parameters: {
    type: 'object' as const,
    properties: { city: { enum: ['Paris', 'Oslo'] }, days: { type: 'integer', minimum: 1, maximum: 9 } },
    required: ['city', 'days'],
    additionalProperties: false,
  },
}

/** @throws where these are no arguments of the tool */
export function mustBeWeather(value: unknown): void {
  const { city, days, ...rest } = value as { city: string; days: number }
  const good = ['Paris', 'Oslo'].includes(city) && days >= 1 && days <= 9 && Number.isInteger(days)
  if (!good || Object.keys(rest).length > 0) throw new Error(`no weather: ${JSON.stringify(value)}`)
}

/** An answer of so many numbers that there is time to stop it. */
export const long = {
  type: 'object' as const,
  properties: { numbers: { type: 'array', items: { type: 'integer' }, minItems: 600, maxItems: 600 } },
  required: ['numbers'],
  additionalProperties: false,
}

export const tooLong = 'word '.repeat(20_000)
