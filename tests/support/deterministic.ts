import fc from 'fast-check'

/**
 * Property tests draw the same values in every run, so that a red run is about the change under test. Other values:
 * `IMPETUS_TEST_SEED=random npm test`, or a number that a failed run has printed.
 */
const seed = process.env.IMPETUS_TEST_SEED ?? '4673'
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) })
