/** One generation, as its receiver saw it. Milliseconds since it was asked for. */
export interface Timing {
  readonly firstToken: number
  readonly end: number
  readonly tokens: number
}

/** What both ways of asking are given, so that the engine does the same work for both. */
export interface Task {
  readonly prompt: string
  readonly tokens: number
}

/** A way to have a model answer: through the core, or straight from the engine. */
export interface Way extends AsyncDisposable {
  generate(task: Task): Promise<Timing>
}
