import { toHex } from '@wadi/base/bytes'
import { errors } from '@wadi/consensus/registry/errors'
import { RUNTIME_KINDS, type Runtime } from '@wadi/consensus/registry/runtime'
import type { Node } from '@wadi/primitives/node'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { printVersion } from '@wadi/primitives/version'
import type { Context } from '../kernel/context.ts'
import { checkTee, hasLatestRules } from './actions.ts'
import { anyRuntimeOf } from './queries.ts'

const COMPUTE_ROLES = ROLES.compute | ROLES.observer
const KEY_MANAGER_ROLES = ROLES['key-manager']
/** Roles that are none without a runtime. Before 26.1 an observer needed none. */
const RUNTIME_ROLES_BEFORE_261 = ROLES.compute | ROLES['key-manager'] | ROLES['storage-rpc']
const RUNTIME_ROLES = RUNTIME_ROLES_BEFORE_261 | ROLES.observer

/** The runtimes that a node says it runs, each once, if it may run them so. */
export function verifyNodeRuntimes(ctx: Context, node: Node): readonly Runtime[] {
  const entries = node.runtimes ?? []
  if (entries.length === 0) checkNoRuntimeNeeded(ctx, node)
  const runtimes = new Map<string, Runtime>()
  const seen = new Set<string>()
  for (const nodeRuntime of entries) {
    if (nodeRuntime === undefined) throw errors.invalidArgument('nil runtime')
    const { id, version } = nodeRuntime
    const name = `${toHex(id)} ${printVersion(version)}`
    if (seen.has(name)) throw errors.invalidArgument('duplicate version for runtime')
    seen.add(name)
    const runtime = anyRuntimeOf(ctx.state, id)
    if (runtime === undefined) throw errors.noSuchRuntime(toHex(id))
    // What the genesis document has may be out of date, and is verified before every election.
    if (ctx.mode !== 'initChain') checkTee(ctx, { nodeId: node.id, nodeRuntime, runtime })
    checkRoles(node, runtime)
    if (!runtimes.has(toHex(id))) runtimes.set(toHex(id), runtime)
  }
  return [...runtimes.values()]
}

function checkNoRuntimeNeeded(ctx: Context, { roles }: Node): void {
  const needing = hasLatestRules(ctx) ? RUNTIME_ROLES : RUNTIME_ROLES_BEFORE_261
  if ((roles & needing) !== 0) throw errors.invalidArgument('missing runtimes')
}

function checkRoles({ roles }: Node, { kind }: Runtime): void {
  if (kind === RUNTIME_KINDS.keyManager && (roles & KEY_MANAGER_ROLES) === 0)
    throw errors.invalidArgument('key manager runtime not allowed')
  if (kind === RUNTIME_KINDS.compute && (roles & COMPUTE_ROLES) === 0)
    throw errors.invalidArgument('compute runtime not allowed')
}
