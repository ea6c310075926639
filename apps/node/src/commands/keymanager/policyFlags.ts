/** Flags about policies of key managers. */

import type { Flags } from '@wadi/node-config/command'

/** Which policy. */
export const policyFileFlag = {
  'keymanager.policy.file': {
    kind: 'text',
    doc: 'file name of policy in CBOR format',
    fallback: '',
  },
} as const satisfies Flags

/** Who has signed it. */
export const signatureFilesFlag = {
  'keymanager.policy.signature.file': {
    kind: 'texts',
    doc: 'file name(s) containing policy signature',
    fallback: [],
  },
} as const satisfies Flags
