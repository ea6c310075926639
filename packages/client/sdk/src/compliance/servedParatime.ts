/** A node that runs a ParaTime of tests: a round for each transaction. */

import { make } from '@wadi/cbor/codec'
import { Header } from '@wadi/consensus/roothash/block'
import { runtimeId, TestChain } from '@wadi/paratime-sdk/testing/chain'
import { SubmittedTransaction } from '@wadi/runtime-protocol/client/api'
import type { CheckTxResult } from '@wadi/runtime-protocol/host-protocol/batches'
import type { BatchOutcome } from '@wadi/runtime-protocol/runtime'
import type { ParatimeDesk } from '../paratime/paratimeQueries.ts'

/** The ParaTime, and what asks the node about it. */
export interface ServedParatime {
  readonly chain: TestChain
  readonly desk: ParatimeDesk
  /** What queries and transactions told the node. */
  readonly said: readonly Uint8Array[]
}

/** See the top of this file. */
export function servedParatime(chain: TestChain = new TestChain()): ServedParatime {
  const rounds: BatchOutcome[] = [chain.execute([])]
  const said: Uint8Array[] = []
  const runtimeClient = {
    query: async ({ method, args }: { readonly method: string; readonly args: Uint8Array }) => {
      said.push(args)
      return { data: chain.runtime.query(chain.context, chain.state, { method, args }) }
    },
    submitTxMeta: async ({ data }: { readonly data: Uint8Array }) => {
      said.push(data)
      const [check] = chain.check([data])
      if (check !== undefined && check.error.code !== 0) return refusal(check)
      chain.setRound(BigInt(rounds.length + 1))
      rounds.push(chain.execute([data]))
      const { output } = rounds.at(-1)!.transactions[0]!
      return make(SubmittedTransaction, { data: output, round: BigInt(rounds.length) })
    },
    getEvents: async ({ round }: { readonly round: bigint }) =>
      rounds[Number(round) - 1]?.transactions.flatMap(({ tags }) => tags) ?? [],
    async *watchBlocks() {
      const header = make(Header, { round: BigInt(rounds.length) })
      yield { block: { header } }
    },
  }
  const desk = { client: { runtimeClient }, runtimeId } as unknown as ParatimeDesk
  return { chain, desk, said }
}

function refusal({ error }: CheckTxResult) {
  return make(SubmittedTransaction, { checkTxError: error })
}
