import { definePlainErrors } from '@wadi/base/errors'

/** What CHURP refuses without a code. */
export const plainErrors = definePlainErrors('keymanager/churp', {
  notOwner: 'invalid signer',
  idTaken: 'invalid config: ID must be unique',
  noSuchId: 'non-existing ID',
  unsupportedSuite: 'invalid config: unsupported suite',
  thresholdTooLarge: 'invalid config: threshold too large',
  policyMismatch: 'invalid config: policy of another instance',
  emptyUpdate: 'invalid config: update config should not be empty',
  policyIdChanged: 'invalid config: policy ID changed',
  wrongPolicySerial: 'invalid config: policy serial number is not the next one',
  invalidPolicySignature: 'invalid config: policy signature is invalid',
  handoffsDisabled: 'handoffs disabled',
  submissionsClosed: 'submissions closed',
  confirmationsClosed: 'confirmations closed',
  wrongHandoff: 'invalid handoff',
  alreadyApplied: 'application already submitted',
  notApplied: 'application not found',
  alreadyConfirmed: 'confirmation already submitted',
  checksumMismatch: 'checksum mismatch',
  nodeExpired: 'node registration expired',
  notKeyManagerNode: 'node not key manager',
  invalidSignature: 'RAK signature verification failed',
  nullStatus: 'an element of the document is null',
  unknownRuntime: 'unknown key manager runtime',
})
