/** What always holds of key managers and their secrets. */

import { compareBytes, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { SignedPolicySgx, Status } from '@wadi/consensus/keymanager'
import { RUNTIME_KINDS } from '@wadi/consensus/registry/runtime'
import type { Epoch } from '@wadi/primitives/epoch'
import { isKeyManager, type Namespace } from '@wadi/primitives/namespace'
import { areEpochsMocked, epochOf } from '../beacon/queries.ts'
import type { Violation } from '../kernel/service.ts'
import type { ReadableState } from '../kernel/state.ts'
import { anyRuntimeOf } from '../registry/queries.ts'
import { checkPolicyChange } from './policy.ts'
import { ephemeralSecretOf, masterSecretOf, statusesOf } from './queries.ts'

/** What does not hold of a committed state. */
export function* violations(state: ReadableState): Generator<Violation> {
  const epoch = epochOf(state)
  for (const status of statusesOf(state)) {
    const { id } = status
    for (const fault of [...faultsOf(state, status), ...faultsOfSecrets(state, id, epoch)])
      yield { invariant: 'keymanager.status', details: `${toHex(id)}: ${fault}` }
  }
}

function* faultsOf(state: ReadableState, status: Status): Generator<string> {
  const { id, nodes = [], isInitialized, policy, nextPolicy } = status
  if (!isKeyManager(id)) yield 'of a runtime that is no key manager by its identifier'
  if (anyRuntimeOf(state, id)?.kind !== RUNTIME_KINDS.keyManager) yield 'of an unknown key manager'
  if (nodes.some((node, i) => i > 0 && compareBytes(nodes[i - 1]!, node) >= 0))
    yield 'a node is out of order'
  if (nodes.length > 0 && !isInitialized) yield 'a committee before the key manager began'
  if (nextPolicy !== undefined && !mayFollow(nextPolicy, policy))
    yield 'the next policy cannot follow the one that holds'
}

function mayFollow(next: SignedPolicySgx, policy: SignedPolicySgx | undefined): boolean {
  try {
    checkPolicyChange(next, policy)
    return true
  } catch (error) {
    if (error instanceof CodedError) return false
    throw error
  }
}

/** COMPAT(oasis-core): where tests say which epoch it is, it may become an earlier one. */
function* faultsOfSecrets(state: ReadableState, id: Namespace, epoch: Epoch): Generator<string> {
  for (const published of [masterSecretOf(state, id), ephemeralSecretOf(state, id)]) {
    if (published === undefined) continue
    const { secret } = published
    if (secret.epoch > epoch + 1n && !areEpochsMocked(state))
      yield `a secret of epoch ${secret.epoch} in epoch ${epoch}`
    if ((secret.secret.ciphertexts?.size ?? 0) === 0) yield 'a secret that nobody can read'
  }
}
