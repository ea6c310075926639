/** What the consensus layer itself keeps in the state. */

import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { bool, i64, text, u64 } from '@wadi/cbor/scalars'
import { omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { PublicKey } from '@wadi/primitives/publicKey'
import { Gas } from '@wadi/primitives/transaction'
import { Version } from '@wadi/primitives/version'
import { GasCosts } from '../gas.ts'

/** The one engine that `backend` may name. */
export const BACKEND = 'tendermint'

/** Times are in nanoseconds, sizes in bytes. */
export const Parameters = struct({
  timeoutCommit: i64,
  skipTimeoutCommit: bool,
  emptyBlockInterval: i64,
  maxTxSize: u64,
  maxBlockSize: u64,
  maxBlockGas: Gas,
  maxEvidenceSize: u64,
  minGasPrice: omitEmpty(u64),
  stateCheckpointInterval: u64,
  stateCheckpointNumKept: omitEmpty(u64),
  stateCheckpointChunkSize: omitEmpty(u64),
  gasCosts: omitEmpty(GasCosts),
  publicKeyBlacklist: omitEmpty(list(PublicKey)),
  featureVersion: optional(Version),
})
export type Parameters = Infer<typeof Parameters>

/** The section of the genesis document. */
export const Genesis = struct({ backend: text, params: Parameters })
export type Genesis = Infer<typeof Genesis>
