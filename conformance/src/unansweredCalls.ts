/** Recorded calls that no node of ours answers yet, by name, with the reason. */

const ROUNDS = 'is about rounds that a worker of a runtime has kept'

export const unansweredCalls: ReadonlyMap<string, string> = new Map([
  ['RuntimeClient/GetBlock', ROUNDS],
  ['RuntimeClient/GetEvents', ROUNDS],
  ['RuntimeClient/GetTransactions', ROUNDS],
  ['RuntimeClient/GetTransactionsWithResults', ROUNDS],
])
