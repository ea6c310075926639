import { encode, make } from '@wadi/cbor/codec'
import { PolicySgx } from '@wadi/consensus/keymanager'
import { command } from '@wadi/node-config/command'
import { requireGiven, runtimeIdOf, unsignedOf } from '../transaction/flagValues.ts'
import { writeNamedFile } from '../transaction/textFile.ts'
import { ENCLAVE_FLAGS, enclavePoliciesOf } from './enclavePolicies.ts'
import { policyPathOf } from './policyFile.ts'
import { policyFileFlag } from './policyFlags.ts'

const DONE = 0
const SERIAL_BITS = 32n
const ID = 'keymanager.policy.id'
const SERIAL = 'keymanager.policy.serial'
const ROTATION = 'keymanager.policy.master_secret_rotation_interval'

/** `keymanager init_policy`. */
export const initPolicy = command({
  name: 'init_policy',
  summary: 'make the policy of a key manager',
  options: {
    ...policyFileFlag,
    [SERIAL]: {
      kind: 'integer',
      doc: 'monotonically increasing number of the policy',
      fallback: 0n,
      word: 'uint32',
    },
    [ID]: {
      kind: 'text',
      doc: '256-bit Runtime ID this policy is valid for in hex',
      fallback: '',
    },
    [ENCLAVE_FLAGS.enclave]: {
      kind: 'text',
      doc: '512-bit Key Manager Enclave ID in hex (MRENCLAVE, then MRSIGNER); may be given several times, each with its permissions behind it',
      fallback: '',
    },
    [ENCLAVE_FLAGS.mayReplicate]: {
      kind: 'texts',
      doc: `enclave_id1,enclave_id2... list of new enclaves which are allowed to access the master secret. Requires ${ENCLAVE_FLAGS.enclave}`,
      fallback: [],
    },
    [ENCLAVE_FLAGS.mayQuery]: {
      kind: 'texts',
      doc: `runtime_id=enclave_id1,enclave_id2... sets enclave query permission for runtime_id. Requires ${ENCLAVE_FLAGS.enclave}`,
      fallback: [],
      word: 'stringToString',
    },
    [ROTATION]: {
      kind: 'integer',
      doc: 'epochs between rotations of the master secret; 0 for none',
      fallback: 0n,
    },
  },
  run({ flags, given, words }) {
    requireGiven(given, ID, SERIAL)
    const policy = make(PolicySgx, {
      serial: Number(unsignedOf(SERIAL, flags[SERIAL], SERIAL_BITS)),
      id: runtimeIdOf(`--${ID}`, flags[ID]),
      enclaves: enclavePoliciesOf(words),
      masterSecretRotationInterval: unsignedOf(ROTATION, flags[ROTATION]),
    })
    writeNamedFile(policyPathOf(flags), encode(PolicySgx, policy))
    return DONE
  },
})
