/** The secrets part of the key manager's section of the genesis document. */

import { toHex } from '@wadi/base/bytes'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import type { Genesis, Status } from '@wadi/consensus/keymanager'
import { RUNTIME_KINDS, type Runtime } from '@wadi/consensus/registry/runtime'
import type { SignatureRules } from '@wadi/crypto/signature/verification'
import { isKeyManager } from '@wadi/primitives/namespace'
import type { Context } from '../kernel/context.ts'
import { emit } from '../kernel/events.ts'
import type { InitChainRequest } from '../kernel/service.ts'
import type { ReadableState } from '../kernel/state.ts'
import { plainErrors } from './errors.ts'
import { checkPolicyChange, checkPolicySignatures } from './policy.ts'
import { parametersOf, statusesOf } from './queries.ts'
import { setParameters, setStatus } from './state.ts'

/** A part of the section: that of CHURP is a part of its own. */
export type SecretsGenesis = Pick<Genesis, 'params' | 'statuses'>

function* present({ statuses }: SecretsGenesis): Generator<Status> {
  for (const [i, status] of statuses.entries()) {
    if (status === undefined) throw plainErrors.nullStatus(`keymanager.statuses[${i}]`)
    yield status
  }
}

/** The key managers that a document lets run, in hex; suspended ones are not among them. */
export function keyManagersIn({ registry }: GenesisDocument): ReadonlySet<string> {
  const isOne = ({ kind }: Runtime) => kind === RUNTIME_KINDS.keyManager
  const runtimes = registry.runtimes.filter((runtime) => runtime !== undefined)
  return new Set(runtimes.filter(isOne).map(({ id }) => toHex(id)))
}

/** Writes where each key manager stands that the registry knows. */
export function initChain(ctx: Context, { document }: InitChainRequest): void {
  const { keymanager } = document
  setParameters(ctx.state, keymanager.params)
  const known = keyManagersIn(document)
  const written: Status[] = []
  for (const status of present(keymanager)) {
    if (!known.has(toHex(status.id))) continue
    if (status.nodes !== undefined) throw plainErrors.genesisNodes(toHex(status.id))
    setStatus(ctx.state, status)
    written.push(status)
  }
  if (written.length > 0) emit(ctx, 'oasis_event_999_keymanager', 'status', { statuses: written })
}

/** Refuses a section from which no network could go on. */
export function checkGenesis(rules: SignatureRules, genesis: SecretsGenesis): void {
  for (const { id, nodes, policy, nextPolicy } of present(genesis)) {
    if (!isKeyManager(id)) throw plainErrors.invalidId(toHex(id))
    if (nodes?.some((node) => rules.forbidden.has(node))) throw plainErrors.invalidNode(toHex(id))
    if (policy !== undefined) checkPolicySignatures(rules, policy)
    if (nextPolicy === undefined) continue
    checkPolicySignatures(rules, nextPolicy)
    checkPolicyChange(nextPolicy, policy)
  }
}

/** The section that a network would begin with that goes on from this state. */
export function exportGenesis(state: ReadableState): SecretsGenesis {
  const statuses = statusesOf(state).map((status) => ({ ...status, nodes: undefined }))
  return { params: parametersOf(state), statuses }
}
