import { type CodedError, defineErrors, definePlainErrors } from '@wadi/base/errors'
import type { ComponentId } from '@wadi/runtime-protocol/client/api'

/** What the reference refuses here without a code. */
export const errors = definePlainErrors('workers', {
  otherRuntime: 'runtime mismatch',
  lowerHeight: 'commit at lower consensus height',
  lowerRound: 'commit at lower or equal round',
  noComponent: 'component not found',
  otherRoot: 'expected root mismatch',
  syncedBackwards: 'runtime/history: storage sync checkpoint at lower round',
})

/** What is refused about checkpoints, with the reference's numbers. */
export const checkpointErrors = defineErrors(
  'storage/mkvs/checkpoint',
  { notFound: [1, 'not found'], chunkNotFound: [2, 'chunk not found'] },
  { title: 'checkpoint' },
)

/** Why a key manager is not reached, or its enclave not believed. */
export const keyManagerErrors = definePlainErrors('workers/keymanager', {
  notAvailable: 'key manager not available',
  notInCommittee: 'nodes not in committee',
  unknownPeer: 'unknown peer id',
  refused: 'rpc failure',
  badResponse: 'malformed response from runtime',
  notSigned: 'signature of the enclave is not valid',
  otherSecret: 'the enclave made another secret than it was asked for',
  noKeys: 'runtime is not running inside a TEE',
})

/** COMPAT(oasis-core): such a component is not there; the words have no code. */
export function noComponent({ kind, name }: ComponentId): CodedError {
  return errors.noComponent(name === '' ? kind : `${kind}.${name}`)
}
