/** What a node answers from its states and blocks: every service's calls, and the layer's own. */

import { calls } from '@wadi/consensus/consensus/api'
import * as keys from '@wadi/consensus/consensus/keys'
import { quantity } from '@wadi/primitives/quantity'
import { proveTransactions } from '@wadi/tendermint/transactionProof'
import { methods as beacon } from '../beacon/api.ts'
import { methods as churp } from '../churp/api.ts'
import { exportGenesis } from '../genesis/exportGenesis.ts'
import { methods as governance } from '../governance/api.ts'
import { type ApiMethods, answering, type ExecutedBlock, withWords } from '../kernel/api.ts'
import { readExisting } from '../kernel/state.ts'
import { methods as keymanager } from '../keymanager/api.ts'
import { methods as registry } from '../registry/api.ts'
import { methods as roothash } from '../roothash/api.ts'
import { methods as scheduler } from '../scheduler/api.ts'
import { methods as staking } from '../staking/api.ts'
import { methods as vault } from '../vault/api.ts'
import { cometResultsOf, transactionsWithResults } from './blockAnswers.ts'
import { methods as stateSync } from './stateSync.ts'

function transactionsOf({ transactions }: ExecutedBlock): readonly Uint8Array[] {
  return transactions.map(({ raw }) => raw)
}

const consensus: ApiMethods = answering(calls, {
  'Consensus/StateToGenesis': ({ height, block: { time }, state, genesis }) =>
    exportGenesis({ height, time, state }, genesis),
  'Consensus/MinGasPrice': ({ state }) =>
    quantity(readExisting(state, keys.parameters).minGasPrice),
  'Consensus/GetBlockResults': ({ height, block }) => ({ height, meta: cometResultsOf(block) }),
  'Consensus/GetLatestHeight': ({ lastHeight }) => lastHeight,
  'Consensus/GetLastRetainedHeight': ({ firstHeight }) => firstHeight,
  'Consensus/GetTransactions': ({ block }) => transactionsOf(block),
  'Consensus/GetTransactionsWithResults': ({ block }, height) =>
    transactionsWithResults(block, height),
  'Consensus/GetTransactionsWithProofs': ({ block }) => {
    const transactions = transactionsOf(block)
    return { transactions, proofs: proveTransactions(transactions) }
  },
  'Consensus/GetGenesisDocument': ({ genesis }) => genesis,
  'Consensus/GetChainContext': ({ chainContext }) => chainContext,
  'Consensus/GetParameters': (view) => {
    const { height, cometParameters: meta } = view
    const state = withWords('cometbft: failed to create consensus query', () => view.state)
    return { height, parameters: readExisting(state, keys.parameters), meta }
  },
})

/** Every call that states and blocks answer. */
export const apiMethods: ApiMethods = {
  ...beacon,
  ...churp,
  ...consensus,
  ...governance,
  ...keymanager,
  ...registry,
  ...roothash,
  ...scheduler,
  ...staking,
  ...stateSync,
  ...vault,
}
