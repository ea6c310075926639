/**
 * What each enclave is allowed: flags that belong to the enclave whose flag stands before them.
 * COMPAT(oasis-core): an enclave that is named again begins anew; what stands before the first one
 * is nobody's.
 */

import { CodedError } from '@wadi/base/errors'
import { type KeyedMap, keyedMap } from '@wadi/cbor/collections'
import type { EnclavePolicySgx } from '@wadi/consensus/keymanager'
import { EnclaveIdentity, parseEnclaveIdentity } from '@wadi/primitives/enclaveIdentity'
import { Namespace } from '@wadi/primitives/namespace'
import { errors } from '../transaction/commandErrors.ts'
import { runtimeIdOf } from '../transaction/flagValues.ts'

/** The flags, by what they say. */
export const ENCLAVE_FLAGS = {
  enclave: 'keymanager.policy.enclave.id',
  mayReplicate: 'keymanager.policy.may.replicate',
  mayQuery: 'keymanager.policy.may.query',
} as const

interface Said {
  readonly name: string
  readonly value: string
}

/** `--name value` and `--name=value`, in their order. */
function saidIn(words: readonly string[]): readonly Said[] {
  const names = new Set<string>(Object.values(ENCLAVE_FLAGS))
  return words.flatMap((word, i) => {
    const [, name = '', , value] = /^--([^=]*)(=(.*))?$/s.exec(word) ?? []
    return names.has(name) ? [{ name, value: value ?? words[i + 1] ?? '' }] : []
  })
}

function enclaveOf(name: string, text: string): EnclaveIdentity {
  try {
    return parseEnclaveIdentity(text)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw errors.badValue(
      `--${name} has ${JSON.stringify(text)}; give an enclave as 64 bytes in hex`,
    )
  }
}

function queryOf(text: string): readonly [Namespace, readonly EnclaveIdentity[]] {
  const name = ENCLAVE_FLAGS.mayQuery
  const [runtime = '', enclaves, ...rest] = text.split('=')
  if (enclaves === undefined || rest.length > 0)
    throw errors.badValue(
      `--${name} has ${JSON.stringify(text)}; give runtime_id=enclave_id1,enclave_id2`,
    )
  return [runtimeIdOf(`--${name}`, runtime), enclaves.split(',').map((one) => enclaveOf(name, one))]
}

interface Draft {
  readonly identity: EnclaveIdentity
  readonly mayReplicate: EnclaveIdentity[]
  readonly mayQuery: Map<string, readonly [Namespace, readonly EnclaveIdentity[]]>
}

function draftsOf(words: readonly string[]): readonly Draft[] {
  const drafts: Draft[] = []
  for (const { name, value } of saidIn(words)) {
    const draft = drafts.at(-1)
    if (name === ENCLAVE_FLAGS.enclave) {
      const identity = enclaveOf(name, value)
      drafts.push({ identity, mayReplicate: [], mayQuery: new Map() })
    } else if (draft === undefined) {
      throw errors.badValue(`--${name} stands before any --${ENCLAVE_FLAGS.enclave}; put it behind`)
    } else if (name === ENCLAVE_FLAGS.mayReplicate) {
      draft.mayReplicate.push(...value.split(',').map((one) => enclaveOf(name, one)))
    } else {
      draft.mayQuery.set(value.split('=')[0]!, queryOf(value))
    }
  }
  return drafts
}

/** The enclaves of a policy, out of the words of a command line. */
export function enclavePoliciesOf(
  words: readonly string[],
): KeyedMap<EnclaveIdentity, EnclavePolicySgx> {
  const pairs = draftsOf(words).map(({ identity, mayReplicate, mayQuery }) => {
    const policy = { mayQuery: keyedMap(Namespace, [...mayQuery.values()]), mayReplicate }
    return [identity, policy] as const
  })
  return keyedMap(EnclaveIdentity, pairs)
}
