import { defineErrors } from '@wadi/base/errors'

/** What roothash refuses, with the reference's numbers. */
export const errors = defineErrors('roothash', {
  invalidArgument: [1, 'invalid argument'],
  // COMPAT(oasis-core): no transaction fails with this: a node's history of a runtime says so.
  notFound: [2, 'block not found'],
  invalidRuntime: [3, 'invalid runtime'],
  noExecutorPool: [4, 'no executor pool'],
  runtimeSuspended: [5, 'runtime is suspended'],
  noCommittee: [6, 'no committee'],
  maxMessagesTooBig: [7, 'max runtime messages is too big'],
  runtimeDoesNotSlash: [8, 'runtime does not slash'],
  duplicateEvidence: [9, 'duplicate evidence'],
  invalidEvidence: [10, 'invalid evidence'],
  incomingMessageQueueFull: [11, 'incoming message queue full'],
  incomingMessageInsufficientFee: [12, 'insufficient fee'],
  maxInMessagesTooBig: [13, 'max incoming runtime messages is too big'],
})

/**
 * Refusals of single commitments and of the pool that they go into. 12 and 14 are not in use.
 * COMPAT(oasis-core): 2, 3, 15 and 16 are defined and never thrown. 8, 9, 10, 17 and 18 say how a
 * round stands; they decide what becomes of it, and no transaction fails with them. Here these are
 * values, not errors.
 */
export const commitmentErrors = defineErrors('roothash/commitment', {
  noRuntime: [1, 'no runtime configured'],
  noCommittee: [2, 'no committee configured'],
  invalidCommitteeKind: [3, 'invalid committee kind'],
  rakSigInvalid: [4, 'batch RAK signature invalid'],
  notInCommittee: [5, 'node not part of committee'],
  alreadyCommitted: [6, 'node already sent commitment'],
  notBasedOnCorrectBlock: [7, 'submitted commitment is not based on correct block'],
  discrepancyDetected: [8, 'discrepancy detected'],
  stillWaiting: [9, 'still waiting for commits'],
  insufficientVotes: [10, 'insufficient votes to finalize discrepancy resolution round'],
  badExecutorCommitment: [11, 'bad executor commitment'],
  invalidMessages: [13, 'invalid messages'],
  timeoutNotCorrectRound: [15, 'timeout not for correct round'],
  invalidRound: [16, 'invalid round'],
  noSchedulerCommitment: [17, 'no scheduler commitment'],
  badSchedulerCommitment: [18, 'bad scheduler commitment'],
})
