import { CodedError } from '@wadi/base/errors'
import { checkPolicySignatures } from '@wadi/consensus-services/keymanager/policy'
import { errors } from '../transaction/commandErrors.ts'
import { signatureRulesOf } from '../transaction/networkTerms.ts'
import { contentOf, transactionCommand } from '../transaction/transactionCommand.ts'
import { policyFileFlag, signatureFilesFlag } from './policyFlags.ts'
import { readSignedPolicy } from './signedPolicy.ts'

/** `keymanager gen_update`. */
export const genUpdate = transactionCommand({
  name: 'gen_update',
  summary: 'make a transaction that gives a key manager a policy',
  options: { ...policyFileFlag, ...signatureFilesFlag },
  content(flags) {
    const signed = readSignedPolicy(flags)
    try {
      checkPolicySignatures(signatureRulesOf(flags), signed)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      throw errors.badFile(
        `the policy is not signed as it should be (${error.message}); have it signed again`,
      )
    }
    return contentOf('keymanager.UpdatePolicy', signed)
  },
})
