import { toIndentedJson } from '@wadi/cbor/json'
import { PolicySgx } from '@wadi/consensus/keymanager'
import { isValidSignature } from '@wadi/crypto/signature/verification'
import { command } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { verboseFlag } from '../stake/verboseFlag.ts'
import { errors } from '../transaction/commandErrors.ts'
import { signatureRulesOf } from '../transaction/networkTerms.ts'
import { policyContext, readPolicy } from './policyFile.ts'
import { policyFileFlag, signatureFilesFlag } from './policyFlags.ts'
import { readSignature } from './signatureFile.ts'

const DONE = 0
const IGNORE = 'keymanager.policy.ignore.signature'

/** `keymanager verify_policy`. */
export const verifyPolicy = command({
  name: 'verify_policy',
  summary: 'check the policy of a key manager, and its signatures',
  options: {
    ...persistentFlags,
    ...policyFileFlag,
    ...signatureFilesFlag,
    ...verboseFlag,
    [IGNORE]: {
      kind: 'boolean',
      doc: 'just check, if policy file is well formed and ignore signature file',
      fallback: false,
    },
  },
  run({ flags }, { out }) {
    const { policy, bytes: message } = readPolicy(flags)
    if (flags.verbose) out.write(`${toIndentedJson(PolicySgx, policy)}\n`)
    if (flags[IGNORE]) return DONE
    const rules = signatureRulesOf(flags)
    for (const path of flags['keymanager.policy.signature.file']) {
      const signature = readSignature(path)
      if (!isValidSignature(rules, { context: policyContext, message, ...signature }))
        throw errors.badFile(
          `${path} is no signature of this policy by a key that may sign; have it signed again`,
        )
    }
    return DONE
  },
})
