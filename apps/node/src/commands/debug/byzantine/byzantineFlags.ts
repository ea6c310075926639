/** The flags of `debug byzantine`: all of its commands take all of them. */

import type { Flags } from '@wadi/node-config/command'
import { nodeFlags, persistentFlags } from '@wadi/node-config/node-flags'
import { genesisFileFlag } from '../../transaction/transactionFlags.ts'
import { BEACON_MODES } from './beaconMode.ts'

const RUNTIME_ID = `80${'00'.repeat(31)}`
const GRPC_PORT = 9_001n

function boolean(doc: string) {
  return { kind: 'boolean', doc, fallback: false } as const
}

/** See the top of this file. */
export const byzantineFlags = {
  ...persistentFlags,
  ...genesisFileFlag,
  'debug.test_entity': nodeFlags['debug.test_entity'],
  'grpc.log.debug': nodeFlags['grpc.log.debug'],
  activation_epoch: {
    kind: 'integer',
    doc: 'epoch in which the node registers first',
    fallback: 0n,
    word: 'uint',
  },
  'executor.mode': {
    kind: 'text',
    doc: 'how an executor misbehaves',
    fallback: 'executor_honest',
  },
  'executor.primary_scheduler_expected': boolean('the executor has to be the primary scheduler'),
  'executor.propose_bogus_tx': boolean('the executor proposes transactions that nobody else has'),
  fake_sgx: boolean('register as if there were an enclave'),
  'grpc.port': {
    kind: 'integer',
    doc: 'port of gRPC; nothing listens there',
    fallback: GRPC_PORT,
    word: 'uint16',
  },
  'runtime.version.fake_enclave_id': {
    kind: 'text',
    doc: 'identity of the enclave that there is not',
    fallback: '',
  },
  runtime_id: { kind: 'text', doc: 'runtime of the executor', fallback: RUNTIME_ID },
  'storage.corrupt_get_diff': boolean('answer with damaged differences of states'),
  'storage.fail_read_requests': boolean('answer no reads of states'),
  vrf_beacon_mode: {
    kind: 'text',
    doc: `how the beacon is answered: ${BEACON_MODES.join(', ')}`,
    fallback: BEACON_MODES[0],
  },
} as const satisfies Flags
