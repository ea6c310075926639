/** When a byzantine executor does what it does: what of it can be seen. */

import { CodedError } from '@wadi/base/errors'
import { decode } from '@wadi/cbor/codec'
import { CommitteeMessage } from '@wadi/runtime-protocol/peers/gossip'

export type Occasion = 'propose' | 'commit'

/** By misdeed. */
export const OCCASIONS: Readonly<Record<string, readonly Occasion[]>> = {
  'wrong-result': ['commit'],
  'wrong-io': ['commit'],
  failure: ['commit'],
  equivocation: ['propose', 'commit'],
  'withheld-batch': ['propose'],
  'invalid-batch-hash': ['propose'],
  runaway: ['propose'],
}

/** The proposal in a message; undefined for what is none. */
export function readProposal(message: Uint8Array) {
  try {
    return decode(CommitteeMessage, message).proposal
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return undefined
  }
}
