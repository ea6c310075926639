/** A policy in a file: the bytes that are signed. */

import { equalBytes } from '@wadi/base/bytes'
import { decode, encode } from '@wadi/cbor/codec'
import { PolicySgx } from '@wadi/consensus/keymanager'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { errors } from '../transaction/commandErrors.ts'
import { requiredText } from '../transaction/flagValues.ts'
import { readNamedValue } from '../transaction/textFile.ts'

/** What signatures of policies are for. */
export const policyContext = contextOf(contexts.keyManagerPolicy)

const NAME = 'keymanager.policy.file'

interface Named {
  readonly [NAME]: string
}

/** A policy, and how it is written. */
export interface PolicyFile {
  readonly policy: PolicySgx
  readonly bytes: Uint8Array
}

/** The file that the flags name. */
export function policyPathOf(flags: Named): string {
  return requiredText(NAME, flags[NAME], 'the file of the policy')
}

/** Reads a policy; one that others would write in other bytes is refused. */
export function readPolicy(flags: Named): PolicyFile {
  const what = 'a policy of a key manager in canonical CBOR'
  return readNamedValue(policyPathOf(flags), what, (bytes) => {
    const policy = decode(PolicySgx, bytes)
    if (!equalBytes(encode(PolicySgx, policy), bytes)) throw errors.badFile('not canonical')
    return { policy, bytes }
  })
}
