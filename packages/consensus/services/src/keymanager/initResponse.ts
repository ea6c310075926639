/** What a key manager's enclave said when it started, as its node's descriptor carries it. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { decode, encode } from '@wadi/cbor/codec'
import { InitResponse, SignedInitResponse } from '@wadi/consensus/keymanager'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { isValidSignature } from '@wadi/crypto/signature/verification'
import type { Context } from '../kernel/context.ts'
import { type ClaimedRuntime, checkTee } from '../registry/actions.ts'
import { attestationKeyOf } from './enclaveKeys.ts'
import { plainErrors } from './errors.ts'

/** What the enclave said, if it is the right one and signed it. */
export function initResponseOf(ctx: Context, claimed: ClaimedRuntime): InitResponse {
  const { nodeRuntime, runtime } = claimed
  checkTee(ctx, claimed)
  if (nodeRuntime.extraInfo === undefined) throw plainErrors.noExtraInfo()
  const { initResponse, signature } = decode(SignedInitResponse, nodeRuntime.extraInfo)
  const isSigned = isValidSignature(ctx.chain.signatures, {
    context: contextOf(contexts.keyManagerInitResponse),
    message: encode(InitResponse, initResponse),
    publicKey: attestationKeyOf(nodeRuntime, runtime),
    signature: signature ?? EMPTY_BYTES,
  })
  if (!isSigned) throw plainErrors.invalidInitResponse()
  return initResponse
}
