import { definePlainErrors } from '@wadi/base/errors'

/** Why CometBFT's part of a node cannot answer: the reference's words. */
export const cometErrors = definePlainErrors('cometbft', {
  blockQuery: 'block query failed',
  blockResultsQuery: 'block results query failed',
  commitQuery: 'failed to find block commit',
  noCommit: 'block commit not found',
  notStarted: 'not yet started',
  mempool: 'failed to submit to local mempool',
  malformedEvidence: 'malformed evidence while unmarshalling',
  badEvidence: 'broadcast evidence failed',
})

/** Why a node does not go on with a call. */
export const errors = definePlainErrors('nodeApi', {
  evicted: 'the mempool gave the transaction up before it was in a block',
  tooManyWaiters: 'too many calls wait already',
  tooManyWatchers: 'too many streams are open already',
  tooSlow: 'the stream is not read as fast as it is written',
})
