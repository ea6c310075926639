/** Recorded calls that neither states nor results of blocks answer, by name, with the reason. */

const ENGINE = 'is about blocks, commits and validators of CometBFT, or its mempool'
const NODE = 'is about the node itself'
const ROUNDS = 'is about rounds that a worker of a runtime has kept'

export const unansweredCalls: ReadonlyMap<string, string> = new Map([
  ['Consensus/GetBlock', ENGINE],
  ['Consensus/GetLightBlock', ENGINE],
  ['Consensus/GetNextBlockState', ENGINE],
  ['Consensus/GetStatus', NODE],
  ['Consensus/GetUnconfirmedTransactions', ENGINE],
  ['Consensus/GetValidators', ENGINE],
  ['NodeController/GetStatus', NODE],
  ['NodeController/IsReady', NODE],
  ['NodeController/IsSynced', NODE],
  ['RuntimeClient/GetBlock', ROUNDS],
  ['RuntimeClient/GetEvents', ROUNDS],
  ['RuntimeClient/GetTransactions', ROUNDS],
  ['RuntimeClient/GetTransactionsWithResults', ROUNDS],
])
