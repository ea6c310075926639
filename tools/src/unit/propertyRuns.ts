/**
 * Loaded before the tests of a longer run: every property that does not say how often it runs is
 * tried `WADI_PROPERTY_RUNS` times instead of a hundred, within a limit of time for each.
 */

import fc from 'fast-check'

const PROPERTY_LIMIT_MS = 10_000

fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  numRuns: Number(process.env['WADI_PROPERTY_RUNS']),
  interruptAfterTimeLimit: PROPERTY_LIMIT_MS,
  markInterruptAsFailure: false,
})
