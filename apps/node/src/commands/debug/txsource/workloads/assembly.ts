/** Who proposes and who votes. */

import type { Parameters } from '@wadi/consensus/governance'
import type { Signer } from '@wadi/crypto/signature/signer'
import type { Address } from '@wadi/primitives/address'
import type { WorkloadWorld } from '../workload.ts'

/** Somebody who proposes, and how many of a hundred votes are in favour of it. */
export interface ProposerAccount {
  readonly signer: Signer
  readonly address: Address
  readonly favour: number
}

/** See the top of this file. */
export interface Assembly extends WorkloadWorld {
  readonly parameters: Parameters
  readonly proposers: readonly ProposerAccount[]
  readonly delegators: readonly Signer[]
  /** Proposals that must pass: the network would stop otherwise. */
  readonly cancellations: Set<bigint>
  /** Votes in favour. */
  vote(voter: Signer, id: bigint): Promise<void>
}
