import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { decode } from '@wadi/cbor/codec'
import * as beacon from '@wadi/consensus/beacon/keys'
import * as churp from '@wadi/consensus/churp/keys'
import * as keymanager from '@wadi/consensus/keymanager/keys'
import * as registry from '@wadi/consensus/registry/keys'
import * as roothash from '@wadi/consensus/roothash/keys'
import * as staking from '@wadi/consensus/staking/keys'
import type { StateTable } from '@wadi/consensus/state/stateTable'
import { tableOfKey } from '@wadi/consensus/state/stateTables'
import {
  writeEpochs,
  writeKeymanagers,
  writeRegistry,
  writeRoothash,
  writeStaking,
} from '@wadi/consensus-services/testing/writtenState'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { Node } from '@wadi/primitives/node'
import '../src/coverage.ts'
import { consensusMockState } from '../src/consensusMock.ts'

/** Spec: consensus.md, appendix A. */
const KNOWN_ROOT = '8e39bf193f8a954ab8f8d7cb6388c591fd0785ea060bbd8e3752e266b54499d3'

/** The records of a table of the golden state, with the parts of their keys. */
function recordsOf<Out extends readonly unknown[], T>(
  table: StateTable<never, Out, T>,
): readonly (readonly [key: Out, value: T])[] {
  return [...consensusMockState()]
    .map(([hex, value]) => [parseHex(hex), value] as const)
    .filter(([key]) => tableOfKey(key) === table)
    .map(([key, value]) => [table.keys.decode(key), table.value.decode(value)] as const)
}

const valuesOf = <Out extends readonly unknown[], T>(table: StateTable<never, Out, T>) =>
  recordsOf(table).map(([, value]) => value)

function only<Out extends readonly unknown[], T>(table: StateTable<never, Out, T>): T {
  const [[, value], ...more] = recordsOf(table) as [readonly [Out, T]]
  assert.equal(more.length, 0)
  return value
}

function writeStakingRecords(state: Tree): void {
  writeStaking(state, {
    accounts: recordsOf(staking.accounts).map(([[address], account]) => [address, account]),
    delegations: recordsOf(staking.delegations).map(([[escrow, delegator], delegation]) => {
      return { escrow, delegator, delegation }
    }),
    debondingDelegations: recordsOf(staking.debondingDelegations).map(
      ([[delegator, escrow], delegation]) => ({ delegator, escrow, delegation }),
    ),
    totalSupply: only(staking.totalSupply),
    commonPool: only(staking.commonPool),
    lastBlockFees: only(staking.lastBlockFees),
    governanceDeposits: only(staking.governanceDeposits),
  })
}

function writeRegistryRecords(state: Tree): void {
  writeRegistry(state, {
    nodes: valuesOf(registry.nodes).map((signed) => {
      return { signed, node: decode(Node, signed.untrustedRawValue) }
    }),
    runtimes: valuesOf(registry.runtimes),
    suspendedRuntimes: valuesOf(registry.suspendedRuntimes),
  })
}

/** Each round as it came: the last one is the one that the state has. */
function writeRounds(state: Tree): void {
  const last = only(roothash.runtimeStates)
  const { runtime, genesisBlock, lastBlock } = last
  assert.ok(runtime && genesisBlock && lastBlock)
  const rounds = recordsOf(roothash.pastRoundRoots).map(([[, round], roots]) => {
    const header = { ...lastBlock.header, round, ...roots }
    return { ...last, runtime, genesisBlock, lastBlock: { ...lastBlock, header } }
  })
  writeRoothash(state, only(roothash.parameters), rounds)
}

describe('the golden state "consensus mock", written by the services', () => {
  it('has the published root: every index follows from what it is an index of', () => {
    const root = { namespace: new Uint8Array(32), type: ROOT_TYPE_STATE } as const
    const state = createTree(new Arena(), root)
    writeStakingRecords(state)
    writeEpochs(state, only(beacon.currentEpoch), only(beacon.futureEpoch))
    writeRegistryRecords(state)
    writeKeymanagers(state, {
      statuses: valuesOf(keymanager.statuses),
      ephemeralSecrets: valuesOf(keymanager.ephemeralSecrets),
      schemes: valuesOf(churp.statuses),
    })
    writeRounds(state)
    for (const [key, value] of consensusMockState()) {
      const written = state.get(parseHex(key))
      assert.equal(written && toHex(written), toHex(value), tableOfKey(parseHex(key)).name)
    }
    assert.equal(toHex(state.rootHash()), KNOWN_ROOT)
    state.dispose()
  })
})
