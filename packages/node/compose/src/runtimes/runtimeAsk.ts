/** The node's own calls, as its runtimes ask them. */

import { isTold } from '@wadi/base/errors'
import type { engineCalls } from '@wadi/consensus/consensus/api'
import type { calls as registryCalls } from '@wadi/consensus/registry/api'
import type { RuntimeState } from '@wadi/consensus/roothash'
import type { calls as stateCalls } from '@wadi/consensus-services/application/stateSync'
import type * as contracts from '@wadi/contracts/ask'
import type { StateReader } from '@wadi/contracts/runtime-services'
import type { NodeApi } from '@wadi/node-api/node-api'
import type { Namespace } from '@wadi/primitives/namespace'
import { askMethods } from '@wadi/registration/chain'
import type { Ask } from '@wadi/workers/chain'

type MoreCalls = Pick<typeof registryCalls, 'Registry/GetRuntime'> &
  Pick<typeof engineCalls, 'Consensus/SubmitTxWithProof'> &
  typeof stateCalls

/** What workers ask, and what is asked for them. */
export type RuntimeAsk = Ask & contracts.Ask<MoreCalls>

/** Asks the calls of a node in this process, once it has some. */
export function askNode(methods: () => NodeApi['methods']): RuntimeAsk {
  const ask = (name: never, question: never, signal?: AbortSignal) =>
    askMethods(methods())(name, question, signal)
  // The table has a method of each name, of the types of its call.
  return ask as unknown as RuntimeAsk
}

/** What the last state says, at once; undefined where it says nothing. */
export type StateNow = (runtimeId: Namespace) => RuntimeState | undefined

/** Looks into the state of a node in this process. */
export function stateNow(methods: () => NodeApi['methods']): StateNow {
  return (runtimeId) => {
    try {
      return methods()['RootHash/GetRuntimeState']?.answer({ runtimeId, height: 0n }, {})
    } catch (error) {
      if (!isTold(error)) throw error
      return undefined
    }
  }
}

/** The states of the consensus layer that this node keeps. */
export function consensusStates(ask: RuntimeAsk): StateReader {
  return {
    get: async (request, signal) => (await ask('Consensus/StateSyncGet', request, signal)).proof,
    getPrefixes: async (request, signal) =>
      (await ask('Consensus/StateSyncGetPrefixes', request, signal)).proof,
    iterate: async (request, signal) =>
      (await ask('Consensus/StateSyncIterate', request, signal)).proof,
  }
}
