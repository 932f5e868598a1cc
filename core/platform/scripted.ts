/** Put in by the build of the packaged program, as false. */
declare const IMPETUS_SCRIPTED: boolean | undefined

/** Whether this program has the scripted engine of the tests: sources and their build have it, the packaged program has not. */
export const hasScriptedEngine = typeof IMPETUS_SCRIPTED === 'undefined' || IMPETUS_SCRIPTED
