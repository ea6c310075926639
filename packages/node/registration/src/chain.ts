/** The chain as registration asks it: calls of a node's API, whoever answers them. */

import { assert } from '@wadi/base/errors'
import type { calls as beaconCalls } from '@wadi/consensus/beacon/api'
import type { calls as consensusCalls, engineCalls } from '@wadi/consensus/consensus/api'
import type { calls as controlCalls } from '@wadi/consensus/control/api'
import type { calls as registryCalls } from '@wadi/consensus/registry/api'
import type { calls as stakingCalls } from '@wadi/consensus/staking/api'
import type * as contracts from '@wadi/contracts/ask'
import { notWanted } from '@wadi/contracts/not-wanted'

/** The calls that are made. */
type AskedCalls = Pick<
  typeof beaconCalls,
  'Beacon/GetEpoch' | 'Beacon/GetEpochBlock' | 'Beacon/ConsensusParameters'
> &
  Pick<
    typeof registryCalls,
    | 'Registry/GetEntity'
    | 'Registry/GetNode'
    | 'Registry/GetNodeStatus'
    | 'Registry/ConsensusParameters'
  > &
  Pick<typeof stakingCalls, 'Staking/Account'> &
  Pick<typeof consensusCalls, 'Consensus/MinGasPrice'> &
  Pick<
    typeof engineCalls,
    'Consensus/EstimateGas' | 'Consensus/SubmitTx' | 'Consensus/SubmitTxWithProof'
  > &
  Pick<typeof controlCalls, 'NodeController/WaitSync'>

/** The name of such a call. */
export type AskedCall = keyof AskedCalls

/** What a call is asked with. */
export type QuestionOf<N extends AskedCall> = contracts.QuestionOf<AskedCalls, N>

/** What a call is answered with. */
export type AnswerOf<N extends AskedCall> = contracts.AnswerOf<AskedCalls, N>

/** Asks the chain. */
export type Ask = contracts.Ask<AskedCalls>

/** A call that somebody in this process answers, as `@wadi/node-api` has them. */
interface AnsweringMethod {
  // biome-ignore lint/suspicious/noExplicitAny: methods of all types in one table
  answer(question: any, asker: { readonly signal?: AbortSignal }): any
}

/** Asks a table of methods in this process. Nobody is asked what is not wanted any more. */
export function askMethods(methods: Readonly<Record<string, AnsweringMethod>>): Ask {
  return async (name, question, signal) => {
    // Who answers may be gone by then.
    if (signal?.aborted) throw notWanted()
    const method = methods[name]
    assert(method !== undefined, `nobody answers ${name}`)
    return await method.answer(question, signal === undefined ? {} : { signal })
  }
}
