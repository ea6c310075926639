import { definePlainErrors } from '@wadi/base/errors'

/** Chains that cannot begin, transactions that no service sees, and calls that go too deep. */
export const errors = definePlainErrors('mux', {
  initialHeight: 'initial height must be >= 1',
  unknownMethod: 'unknown method',
  systemMethod: 'system methods are not allowed to be called',
  callDepthExceeded: 'call depth exceeded',
})

/** Blocks that the network must not have: a proposal is rejected, a decided one stops the node. */
export const blockErrors = definePlainErrors('block', {
  malformedSystemTransaction: 'malformed system transaction in block',
  wrongSystemSigner: 'system transaction not signed by block proposer',
  systemTransactionInProposal: 'system transaction included during proposal phase',
  unknownSystemMethod: 'unknown system method',
  duplicateMetadata: 'duplicate block metadata in block',
  missingMetadata: 'missing required block metadata',
  malformedMetadata: 'malformed block metadata',
  wrongStateRoot: 'invalid state root in block metadata',
  wrongEventsRoot: 'invalid events root in block metadata',
})
