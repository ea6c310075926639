import { definePlainErrors } from '@wadi/base/errors'

/** What a host does that it must not do. */
export const errors = definePlainErrors('guest', {
  malformedMessage: 'message of an unknown type',
  streamCutOff: 'the stream ends within a message',
  otherAnswer: 'answer of another kind than the question',
  noProof: 'answer without a proof',
  noProgress: 'the proof does not show what was asked for',
  tooManyQuestions: 'too many questions for one request',
  proofsTooLarge: 'proofs for one request are too large',
  otherHeight: 'light block of another height',
  otherRuntime: 'block of another runtime',
  aborted: 'aborted',
  flood: 'more came over a port than there was room for',
  portClosed: 'the port was closed',
})
