/** With what a genesis document is looked at, as the flags for tests say. */

import type { Flags } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { anyChainSignatures, type SanityTerms } from '@wadi/provisioning/genesis-file'

/** Whether things are allowed that are for tests only. */
export const sanityFlags = {
  'debug.dont_blame_oasis': persistentFlags['debug.dont_blame_oasis'],
  'debug.allow_test_keys': persistentFlags['debug.allow_test_keys'],
} as const satisfies Flags

interface Values {
  readonly 'debug.dont_blame_oasis': boolean
  readonly 'debug.allow_test_keys': boolean
}

/** What the flags allow. */
export function sanityTermsOf(flags: Values): SanityTerms {
  const isDebug = flags['debug.dont_blame_oasis']
  const testKeys = isDebug && flags['debug.allow_test_keys'] ? 'allowed' : 'forbidden'
  return { isDebug, signatures: anyChainSignatures(testKeys) }
}
