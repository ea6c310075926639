import { CodedError } from '@wadi/base/errors'
import { command } from '@wadi/node-config/command'
import { parseAddress } from '@wadi/primitives/address'
import { connectionFlags } from '../../connection/connectionFlags.ts'
import { verboseFlag } from '../verboseFlag.ts'
import { accountFlag } from './stakeFlags.ts'

const VALID = 0
const INVALID = 1

function whyInvalid(text: string): string | undefined {
  try {
    parseAddress(text)
    return undefined
  } catch (error) {
    if (error instanceof CodedError) return error.message
    throw error
  }
}

/** `stake account validate_address`: says by its exit code whether the text is an address. */
export const validateAddress = command({
  name: 'validate_address',
  summary: 'exit with 0 if a text is an address of an account, with 1 if not',
  // COMPAT(oasis-core): takes the flags of a connection and never uses them.
  options: { ...connectionFlags, ...accountFlag, ...verboseFlag },
  run({ flags }, { out }) {
    const text = flags['stake.account.address']
    const why = whyInvalid(text)
    const verdict = why === undefined ? 'valid' : `not valid: ${why}`
    if (flags.verbose) out.write(`account address '${text}' is ${verdict}\n`)
    return why === undefined ? VALID : INVALID
  },
})
