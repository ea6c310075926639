import { createMemorySigner, createTestSigner } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'
import { command, type FlagsOf } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { requireKeyFile } from '@wadi/node-crypto/keys/keyFile'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import { errors } from '../transaction/commandErrors.ts'
import { policyContext, readPolicy } from './policyFile.ts'
import { policyFileFlag, signatureFilesFlag } from './policyFlags.ts'
import { writeSignature } from './signatureFile.ts'

const DONE = 0
const KEY_FILE = 'keymanager.policy.key.file'
const TEST_KEY = 'keymanager.policy.testkey'
const SIGNATURES = 'keymanager.policy.signature.file'
/** COMPAT(oasis-core): whose keys everybody knows; counted from one. */
const TEST_KEYS = [
  'ekiden test key manager RAK seed',
  'ekiden key manager test multisig key 0',
  'ekiden key manager test multisig key 1',
  'ekiden key manager test multisig key 2',
]

const options = {
  ...persistentFlags,
  ...policyFileFlag,
  ...signatureFilesFlag,
  [KEY_FILE]: { kind: 'text', doc: 'input file name containing client key', fallback: '' },
  [TEST_KEY]: {
    kind: 'integer',
    doc: 'index of test key to use (for debugging only) counting from 1',
    fallback: 0n,
    isHidden: true,
  },
} as const

function signerOf(flags: FlagsOf<typeof options>): Signer {
  const path = flags[KEY_FILE]
  if (path !== '') return createMemorySigner('entity', requireKeyFile(path).seed)
  const index = flags[TEST_KEY]
  if (index === 0n) throw errors.missingValue(`no key signs; name its file with --${KEY_FILE}`)
  if (!flags['debug.dont_blame_oasis'])
    throw errors.unsupported(
      `--${TEST_KEY} is for tests, and everybody knows these keys; name a file with --${KEY_FILE}`,
    )
  const name = TEST_KEYS[Number(index) - 1]
  if (name === undefined)
    throw errors.badValue(`--${TEST_KEY} is ${index}; give a number from 1 to ${TEST_KEYS.length}`)
  return createTestSigner('entity', name)
}

/** `keymanager sign_policy`. */
export const signPolicy = command({
  name: 'sign_policy',
  summary: 'sign the policy of a key manager',
  options,
  run({ flags }) {
    const signer = signerOf(flags)
    const { bytes } = readPolicy(flags)
    const [path] = flags[SIGNATURES]
    if (path === undefined)
      throw errors.missingValue(`--${SIGNATURES} is missing; give the file for the signature`)
    writeSignature(path, {
      publicKey: PublicKey.check(signer.publicKey),
      signature: RawSignature.check(signer.sign(policyContext, bytes)),
    })
    return DONE
  },
})
