/** A transaction of the test runtime. Nobody signs it. */

import { CodedError } from '@wadi/base/errors'
import { decodeRust, type Infer } from '@wadi/cbor/codec'
import { rustEnum } from '@wadi/cbor/oneOf'
import { bytes, raw, text, u8, u64 } from '@wadi/cbor/scalars'
import { omitEmpty, struct } from '@wadi/cbor/struct'
import { Runtime } from '@wadi/consensus/registry/runtime'
import { AddEscrow, ReclaimEscrow, Transfer, Withdraw } from '@wadi/consensus/staking/methods'

/** Who calls what. */
export const Call = struct({ sender: bytes, nonce: u64, method: text, args: raw })
export type Call = Infer<typeof Call>

/** What a transaction gives. */
export const CallOutput = rustEnum({ Success: raw, Error: text })

const secrets = { generation: omitEmpty(u64), churpId: omitEmpty(u8) } as const

export const KeyArgs = struct({ key: text, ...secrets })
export type KeyArgs = Infer<typeof KeyArgs>
export const KeyValueArgs = struct({ key: text, value: text, ...secrets })
export const EncryptArgs = struct({ epoch: u64, keyPairId: text, plaintext: bytes })
export const DecryptArgs = struct({ epoch: u64, keyPairId: text, ciphertext: bytes })
export const WithdrawArgs = struct({ withdraw: Withdraw })
export const TransferArgs = struct({ transfer: Transfer })
export const AddEscrowArgs = struct({ escrow: AddEscrow })
export const ReclaimEscrowArgs = struct({ reclaimEscrow: ReclaimEscrow })
export const UpdateRuntimeArgs = struct({ updateRuntime: Runtime })

/**
 * Why a call, or a whole batch, fails.
 * COMPAT(oasis-core): all of it has the code test/1, and the sentence is part of the output, which
 * is hashed: so there is no catalogue, which would put the module before it.
 */
export function failure(sentence: string): CodedError {
  return new CodedError('test', 1, 'test.failure', sentence)
}

/** Reads a transaction; one that cannot be read fails the whole batch. */
export function decodeCall(input: Uint8Array): Call {
  try {
    return decodeRust(Call, input)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw failure('malformed transaction')
  }
}
