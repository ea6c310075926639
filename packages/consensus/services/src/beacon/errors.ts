import { definePlainErrors } from '@wadi/base/errors'

/** What the beacon refuses without a code. */
export const errors = definePlainErrors('beacon', {
  unsupportedBackend: 'unsupported backend',
  notConfigured: 'backend not configured',
  methodDisabled: 'method is disabled via consensus',
  invalidMethod: 'invalid method',
  notAdvancing: 'explicit epoch does not advance time',
  epochScheduled: 'future epoch already pending',
  epochPending: 'explicit epoch transition already pending',
  noVrfState: 'no VRF state',
  prematureProof: 'premature VRF proof',
  notANode: 'tx not from a node',
  wrongEpoch: 'proof for invalid epoch',
  malformedProof: 'failed to deserialize raw proof',
  invalidProof: 'failed to verify beta',
  differentProof: 'node attempted to submit a different proof',
})
