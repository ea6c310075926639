/** Encrypting what somebody wants of a ParaTime. */

import { CodedError, UnavailableError } from '@wadi/base/errors'
import type { Epoch } from '@wadi/primitives/epoch'
import { askCallKey, type CallKey, type SealedCall, sealCall } from '@wadi/sdk/encrypted-calls'
import type { ParatimeCall } from '@wadi/sdk/prepare-paratime-transaction'
import { errors } from '../errors.ts'
import { isUnproved } from '../network/explainFailure.ts'
import { plainLine } from '../words/plainText.ts'
import { paratimeText } from './findParatime.ts'
import type { ParatimePlace } from './paratimePlace.ts'
import type { ParatimeOrder, ParatimeSender } from './sendParatime.ts'

/** A call that is encrypted, and for when. */
export interface EncryptedOrder extends SealedCall {
  readonly epoch: Epoch
}

type Fact = readonly [name: string, value: string]

const HIDDEN: Fact = [
  'Encrypted',
  'what is called, with what, and the answer: nodes that execute it can read it',
]
const SHOWN: Fact = [
  'Not hidden',
  'who signs, fee and nonce; what the ParaTime tells of it: balances and events',
]
const SHOWN_BESIDE: Fact = ['', 'and what the consensus layer does for it, with the amount']
const PROVED: Fact = ['Key', 'of this ParaTime: the network proves who signed it']
const BELIEVED: Fact = [
  'Key',
  'as the node says that is asked: one that lies reads the call; --verify has it proved',
]

/** What is said of it before it is sent. */
export function encryptedFacts(
  { flags }: ParatimeSender,
  { outcome }: ParatimeOrder,
): readonly Fact[] {
  const shown = outcome === undefined ? [SHOWN] : [SHOWN, SHOWN_BESIDE]
  return [HIDDEN, ...shown, flags.verify ? PROVED : BELIEVED]
}

async function keyOf({ desk, network, paratime }: ParatimePlace): Promise<CallKey> {
  const which = paratimeText(paratime)
  const { keyManager } = paratime.runtime
  if (keyManager === undefined)
    throw errors.badValue(
      `${which} has no key manager, so that nobody could read an encrypted call; leave --encrypted away, or name a ParaTime with one: see wadi paratime list`,
    )
  const { client: consensus, chainContext } = network
  try {
    return await askCallKey({ ...desk, consensus, chainContext, keyManager })
  } catch (error) {
    if (error instanceof UnavailableError && error.reason.startsWith('paratime.'))
      throw errors.notFound(
        `${which} has no key that can be used (${error.message}); try again, or ask another node with --node`,
      )
    if (!(error instanceof CodedError) || isUnproved(error)) throw error
    throw errors.notFound(
      `${which} gives no key to encrypt with now (${plainLine(error.message)}): its key manager is away, or has no secret yet, for which a new network takes some epochs; try again later, or leave --encrypted away`,
    )
  }
}

/** Encrypts the call for the epoch of now. */
export async function encryptOrder(
  { place, world }: ParatimeSender,
  call: ParatimeCall,
): Promise<EncryptedOrder> {
  const key = await keyOf(place)
  return { ...sealCall(call, key, world.random), epoch: key.epoch }
}
