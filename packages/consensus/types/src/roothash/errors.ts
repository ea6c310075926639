import { defineErrors } from '@wadi/base/errors'

/** What roothash refuses, with the reference's numbers. */
export const errors = defineErrors('roothash', {
  invalidArgument: [1, 'invalid argument'],
  notFound: [2, 'no such block'],
  invalidRuntime: [3, 'invalid runtime'],
  noExecutorPool: [4, 'no executor pool'],
  runtimeSuspended: [5, 'the runtime is suspended'],
  noCommittee: [6, 'no committee'],
  maxMessagesTooBig: [7, 'the limit of runtime messages is too big'],
  runtimeDoesNotSlash: [8, 'the runtime does not slash for this'],
  duplicateEvidence: [9, 'duplicate evidence'],
  invalidEvidence: [10, 'invalid evidence'],
  incomingMessageQueueFull: [11, 'the queue of incoming messages is full'],
  incomingMessageInsufficientFee: [12, 'the fee of the incoming message is too low'],
  maxInMessagesTooBig: [13, 'the limit of incoming messages is too big'],
})

/** Refusals of single commitments and of the pool that they go into. 12 and 14 are not in use. */
export const commitmentErrors = defineErrors('roothash/commitment', {
  noRuntime: [1, 'no runtime configured'],
  noCommittee: [2, 'no committee configured'],
  invalidCommitteeKind: [3, 'invalid kind of committee'],
  rakSigInvalid: [4, "invalid signature of the enclave's key"],
  notInCommittee: [5, 'the node is not in the committee'],
  alreadyCommitted: [6, 'the node has already committed'],
  notBasedOnCorrectBlock: [7, 'not based on the last block'],
  discrepancyDetected: [8, 'discrepancy detected'],
  stillWaiting: [9, 'still waiting for commitments'],
  insufficientVotes: [10, 'too few votes to resolve the discrepancy'],
  badExecutorCommitment: [11, 'bad executor commitment'],
  invalidMessages: [13, 'invalid messages'],
  timeoutNotCorrectRound: [15, 'the timeout is not for this round'],
  invalidRound: [16, 'invalid round'],
  noSchedulerCommitment: [17, 'no commitment of the scheduler'],
  badSchedulerCommitment: [18, 'bad commitment of the scheduler'],
})
