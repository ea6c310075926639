/** What a ParaTime of the SDK is asked, in the types of its modules. */

import { decodeRust, encodeRust, type Infer } from '@wadi/cbor/codec'
import { u64 } from '@wadi/cbor/scalars'
import type { Schema } from '@wadi/cbor/schema'
import { unit } from '@wadi/paratime-sdk/codec'
import {
  AccountBalances,
  BalancesQuery,
  NonceQuery,
} from '@wadi/paratime-sdk/modules/accounts/types'
import { Parameters as ConsensusParameters } from '@wadi/paratime-sdk/modules/consensus/types'
import {
  Delegations,
  DelegationsQuery,
  Undelegations,
  UndelegationsQuery,
} from '@wadi/paratime-sdk/modules/consensus-accounts/types'
import {
  CallDataPublicKey,
  Parameters as CoreParameters,
  EstimateGasQuery,
} from '@wadi/paratime-sdk/modules/core/types'
import { Amounts } from '@wadi/paratime-sdk/types/token'
import type { Namespace } from '@wadi/primitives/namespace'
import type { NodeClient } from '../nodeClient.ts'

const queries = {
  'accounts.Balances': { args: BalancesQuery, result: AccountBalances },
  'accounts.Nonce': { args: NonceQuery, result: u64 },
  'consensus.Delegations': { args: DelegationsQuery, result: Delegations },
  'consensus.Parameters': { args: unit, result: ConsensusParameters },
  'consensus.Undelegations': { args: UndelegationsQuery, result: Undelegations },
  'core.CallDataPublicKey': { args: unit, result: CallDataPublicKey },
  'core.EstimateGas': { args: EstimateGasQuery, result: u64 },
  'core.MinGasPrice': { args: unit, result: Amounts },
  'core.Parameters': { args: unit, result: CoreParameters },
} as const

type Queries = typeof queries

/** What is asked of a node about a ParaTime. */
export interface ParatimeDesk {
  readonly client: Pick<NodeClient, 'runtimeClient'>
  readonly runtimeId: Namespace
}

/** COMPAT(oasis-core): the round that stands for the last one. */
export const LAST_ROUND: bigint = 2n ** 64n - 1n

/** Asks the ParaTime, upon its last round. */
export async function queryParatime<M extends keyof Queries>(
  { client, runtimeId }: ParatimeDesk,
  method: M,
  args: Infer<Queries[M]['args']>,
): Promise<Infer<Queries[M]['result']>> {
  const query = queries[method] as {
    readonly args: Schema<unknown>
    readonly result: Schema<unknown>
  }
  const { data } = await client.runtimeClient.query({
    runtimeId,
    component: undefined,
    round: LAST_ROUND,
    method,
    args: encodeRust(query.args, args),
  })
  return decodeRust(query.result, data) as Infer<Queries[M]['result']>
}
