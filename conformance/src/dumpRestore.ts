/** What a chain keeps that goes on from a dump of another one's state. */

import { toHex } from '@wadi/base/bytes'
import { decode, encode, make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { BACKENDS } from '@wadi/consensus/beacon'
import * as beacon from '@wadi/consensus/beacon/keys'
import { Status as ChurpStatus } from '@wadi/consensus/churp'
import * as churp from '@wadi/consensus/churp/keys'
import * as consensus from '@wadi/consensus/consensus/keys'
import * as governance from '@wadi/consensus/governance/keys'
import * as keymanager from '@wadi/consensus/keymanager/keys'
import * as registry from '@wadi/consensus/registry/keys'
import { RoundResults } from '@wadi/consensus/roothash'
import * as roothash from '@wadi/consensus/roothash/keys'
import * as scheduler from '@wadi/consensus/scheduler/keys'
import type { Account } from '@wadi/consensus/staking'
import * as staking from '@wadi/consensus/staking/keys'
import type { StateTable } from '@wadi/consensus/state/stateTable'
import { tableOfKey } from '@wadi/consensus/state/stateTables'
import * as vault from '@wadi/consensus/vault/keys'
import { type ReadableState, read } from '@wadi/consensus-services/kernel/state'
import { Node } from '@wadi/primitives/node'
import { hasRole } from '@wadi/primitives/nodeRoles'
import { add, ZERO } from '@wadi/primitives/quantity'

/** What no dump has, or what another chain has of its own. */
const LOST: ReadonlySet<unknown> = new Set([
  // Randomness, and proofs for it, are found anew.
  beacon.randomValue,
  beacon.vrfState,
  beacon.pendingMockEpoch,
  // It is that of the document.
  consensus.chainContext,
  // COMPAT(oasis-core): no epoch is known yet when upgrades are looked for, so none is found.
  governance.pendingUpgrades,
  // Enclaves find their secrets in each other.
  keymanager.masterSecrets,
  keymanager.ephemeralSecrets,
  // COMPAT(oasis-core): the parameters of the document do not count.
  churp.parameters,
  // A chain without the section gets one that is not enabled.
  vault.parameters,
  // Runtimes begin anew with a block of genesis; committees are elected when there are nodes.
  roothash.roundTimeouts,
  roothash.evidence,
  roothash.lastIoRoots,
  roothash.pastRoundRoots,
  roothash.incomingQueueMetas,
  roothash.incomingMessages,
  scheduler.committees,
  // They are CometBFT's, which follow from stake.
  scheduler.currentValidators,
  scheduler.pendingValidators,
  // It is in the common pool.
  staking.lastBlockFees,
  staking.epochSigning,
])

/** What remains of a value, or undefined if nothing does. */
type Remainder<T> = (value: T) => unknown

interface Kept {
  readonly table: unknown
  readonly remainder: Remainder<never>
}

function keeping<In extends readonly unknown[], Out extends readonly unknown[], T>(
  table: StateTable<In, Out, T>,
  remainder: Remainder<T>,
): Kept {
  return { table, remainder: remainder as Remainder<never> }
}

function* pairsOf(state: ReadableState): Generator<readonly [Uint8Array, Uint8Array]> {
  const cursor = state.cursor()
  for (cursor.seek(new Uint8Array(0)); cursor.key !== undefined; cursor.next())
    yield [cursor.key.slice(), cursor.value!.slice()]
}

/** The nodes that a dump has: those that validate. */
class KeptNodes {
  readonly #ids = new Set<string>()
  readonly #keys = new Set<string>()
  readonly #claims = new Set<string>()

  constructor(state: ReadableState) {
    for (const [key, value] of pairsOf(state)) {
      if (tableOfKey(key) !== registry.nodes) continue
      const { id, entityId, roles } = decode(
        Node,
        registry.nodes.value.decode(value).untrustedRawValue,
      )
      if (!hasRole(roles, 'validator')) continue
      this.#ids.add(toHex(id))
      this.#claims.add(`registry.RegisterNode.${Buffer.from(id).toString('base64')}`)
      this.#keys.add(toHex(key))
      this.#keys.add(toHex(registry.nodeStatuses.keys.encode(id)))
      this.#keys.add(toHex(registry.nodesByEntity.keys.encode(entityId, id)))
    }
  }

  hasKey(key: Uint8Array): boolean {
    return this.#keys.has(toHex(key))
  }

  hasId(id: Uint8Array): boolean {
    return this.#ids.has(toHex(id))
  }

  /** Of the claims to stake, those of nodes that are left out, and of CHURP, are not made again. */
  hasClaim(claim: string): boolean {
    if (claim.startsWith('registry.RegisterNode.')) return this.#claims.has(claim)
    return !claim.startsWith('keymanager.')
  }
}

function claimsKept(account: Account, nodes: KeptNodes): Account {
  const { claims } = account.escrow.stakeAccumulator
  const kept = keyedMap(
    text,
    [...claims].filter(([claim]) => nodes.hasClaim(claim)),
  )
  return { ...account, escrow: { ...account.escrow, stakeAccumulator: { claims: kept } } }
}

function rulesFor(state: ReadableState): readonly Kept[] {
  const nodes = new KeptNodes(state)
  const { debugMockBackend = false, backend } = read(state, beacon.parameters) ?? {}
  // Tests that set epochs begin with their own, or, without proofs, with none.
  const isSet = debugMockBackend && backend === BACKENDS.insecure
  const fees = read(state, staking.lastBlockFees) ?? ZERO
  const byId = (id: Uint8Array) => (nodes.hasId(id) ? id : undefined)
  return [
    // Epochs begin where the chain does.
    keeping(beacon.currentEpoch, ({ epoch }) => (isSet ? undefined : epoch)),
    keeping(beacon.futureEpoch, ({ epoch }) => (debugMockBackend ? undefined : epoch)),
    keeping(staking.commonPool, (pool) => add(pool, fees)),
    keeping(staking.accounts, (account) => claimsKept(account, nodes)),
    keeping(registry.nodesByCometAddress, byId),
    keeping(registry.nodesBySubKey, byId),
    keeping(keymanager.statuses, (status) => ({ ...status, nodes: undefined })),
    // COMPAT(oasis-core): the next handoff of a scheme that has any is in epoch zero.
    keeping(churp.statuses, (status) => {
      const { nextChecksum, applications } = zero(ChurpStatus)
      return { ...status, nextHandoff: 0n, nextChecksum, applications }
    }),
    keeping(roothash.lastRoundResults, ({ messages }) =>
      messages.length === 0
        ? undefined
        : toHex(encode(RoundResults, make(RoundResults, { messages }))),
    ),
    keeping(roothash.runtimeStates, ({ lastBlock }) => {
      const { namespace, round, stateRoot } = lastBlock?.header ?? {}
      return { namespace, round, stateRoot }
    }),
  ]
}

const NODE_TABLES: ReadonlySet<unknown> = new Set([
  registry.nodes,
  registry.nodeStatuses,
  registry.nodesByEntity,
])

/** What remains of a state in one that begins from its dump, by the hex of the keys. */
export function remainderOf(state: ReadableState): ReadonlyMap<string, unknown> {
  const nodes = new KeptNodes(state)
  const rules = new Map(rulesFor(state).map(({ table, remainder }) => [table, remainder]))
  const kept = new Map<string, unknown>()
  for (const [key, bytes] of pairsOf(state)) {
    const table = tableOfKey(key)
    if (LOST.has(table)) continue
    if (NODE_TABLES.has(table) && !nodes.hasKey(key)) continue
    const rule = rules.get(table)
    const value = rule === undefined ? toHex(bytes) : rule(table.value.decode(bytes) as never)
    if (value !== undefined) kept.set(toHex(key), value)
  }
  return kept
}
