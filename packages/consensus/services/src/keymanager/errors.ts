import { definePlainErrors } from '@wadi/base/errors'

/** What the key manager refuses without a code. */
export const plainErrors = definePlainErrors('keymanager', {
  notKeyManager: 'runtime is not a key manager',
  notOwner: 'invalid update signer',
  invalidPolicySignature: 'policy signature is invalid',
  policyIdChanged: 'policy runtime ID changed',
  policySerialNotIncreased: 'policy serial number did not increase',
  notInCommittee: 'secret can be published only by the key manager committee',
  oncePerEpoch: 'secret can be proposed once per epoch',
  rotationDisabled: 'master secret rotation disabled',
  rotationTooSoon: 'master secret rotation interval has not yet expired',
  notRunning: 'node is not a key manager',
  noTee: "node doesn't have TEE capability",
  teeMismatch: 'TEE hardware mismatch',
  noExtraInfo: 'missing ExtraInfo',
  invalidInitResponse: 'invalid initialization response signature',
  wrongGeneration: 'secret contains an invalid generation',
  wrongEpoch: 'secret contains an invalid epoch',
  noKeys: 'secret has to be encrypted with at least one key',
  unknownKey: 'secret is encrypted with an unknown key',
  tooFewKeys: 'secret is not encrypted with enough keys',
  invalidSecretSignature: 'secret contains an invalid signature',
  nullStatus: 'an element of the document is null',
  genesisNodes: 'genesis key manager has nodes',
  invalidId: 'key manager runtime ID is invalid',
  invalidNode: 'key manager node ID is invalid',
})
