/** Why a runtime does not go on a node. */

import { compareVersions, printVersion, type Version } from '@wadi/primitives/version'
import { ROUNDS_BEHIND_MAX } from '../../operations/limits.ts'
import type { Finding } from './finding.ts'
import type {
  KeeperFacts,
  KeyManagerFacts,
  RegisteredRuntime,
  RuntimeFacts,
} from './runtimeFacts.ts'

/** What is wrong with a runtime, its programs and its state; who elects nobody is not here. */
export function runtimeFindings(runtime: RuntimeFacts): readonly Finding[] {
  const { id, registered, program, keyManager } = runtime
  const found =
    registered === undefined
      ? [unknown(id)]
      : [
          ...deploymentFindings(id, registered),
          ...(program === undefined ? [] : programFindings(id, registered, program)),
          ...(keyManager === undefined ? [] : keyFindings(id, keyManager)),
          ...roundFindings(runtime),
        ]
  return found.map((finding) => ({ ...finding, runtime: id }))
}

function unknown(id: string): Finding {
  return {
    id: 'runtime-unknown',
    what: `the network has no runtime ${id}`,
    why: 'the registry has none of that name',
    next: 'see that runtime.runtimes names the right one, or have its owner register it (registry runtime gen_register)',
  }
}

function deploymentFindings(
  id: string,
  { isSuspended, due, next }: RegisteredRuntime,
): readonly Finding[] {
  const found: Finding[] = []
  if (isSuspended)
    found.push({
      id: 'runtime-suspended',
      what: `the runtime ${id} is suspended`,
      why: 'too few nodes could be elected for it when an epoch began, or its owner has too little stake',
      next: 'it goes on when a node registers for it and its owner has the stake: what keeps this node from that is told here, too',
    })
  if (due === undefined)
    found.push({
      id: 'runtime-not-deployed',
      what: `no version of the runtime ${id} is to run now`,
      why:
        next === undefined
          ? 'its descriptor has none for this epoch'
          : `version ${printVersion(next.version)} is the first, from epoch ${next.validFrom}`,
      next: next === undefined ? 'have its owner deploy one' : 'wait for that epoch',
    })
  return found
}

function versionsText(versions: readonly Version[]): string {
  return versions.length === 0 ? 'none' : versions.map(printVersion).join(' and ')
}

const PEERS_REMEDY =
  'see that p2p.seeds names seeds of this network, and that the firewall lets p2p.port through'
const BUNDLE_REMEDY = 'put the bundle with it into runtime.paths, and restart the node'

function programFindings(
  id: string,
  { due, next }: RegisteredRuntime,
  { versions, runs }: NonNullable<RuntimeFacts['program']>,
): readonly Finding[] {
  const has = (wanted: Version) => versions.some((one) => compareVersions(one, wanted) === 0)
  const found: Finding[] = []
  if (due !== undefined && !has(due))
    found.push({
      id: 'program-missing',
      what: `the program of the runtime ${id} is not here`,
      why: `version ${printVersion(due)} runs now, and here is ${versionsText(versions)}`,
      next: BUNDLE_REMEDY,
    })
  else if (due !== undefined && !runs)
    found.push({
      id: 'program-not-running',
      what: `the program of the runtime ${id} does not run`,
      why: 'it is just being started, or it ends each time that it is',
      next: 'ask again in a minute; the log of the node says with which fault it does not start, and what it wrote itself',
    })
  if (next !== undefined && !has(next.version))
    found.push({
      id: 'next-program-missing',
      what: `the next program of the runtime ${id} is not here`,
      why: `version ${printVersion(next.version)} runs from epoch ${next.validFrom} on, and here is ${versionsText(versions)}`,
      next: `${BUNDLE_REMEDY} before that`,
    })
  return found
}

function keyFindings(
  id: string,
  { id: keys, isInitialized, nodes, isReached }: KeyManagerFacts,
): readonly Finding[] {
  const what = `the key manager of the runtime ${id} gives no answers`
  if (nodes === 0)
    return [
      {
        id: 'key-manager-away',
        what,
        why: `no node of the network keeps the secrets of ${keys}`,
        next: 'nothing can be done here: its owner has to publish its policy and to run nodes of it (mode keymanager)',
      },
    ]
  if (!isInitialized)
    return [
      {
        id: 'key-manager-away',
        what,
        why: `${keys} has ${nodes} nodes, and no secret yet`,
        next: 'wait for the next epoch, in which they make one',
      },
    ]
  if (isReached) return []
  return [
    {
      id: 'key-manager-not-reached',
      what,
      why: `this node has found none of the ${nodes} nodes that keep the secrets of ${keys}`,
      next: PEERS_REMEDY,
    },
  ]
}

function roundFindings({ id, rounds }: RuntimeFacts): readonly Finding[] {
  const { last, isIndexing, heightsLeft, stored, peers } = rounds
  if (isIndexing)
    return [
      {
        id: 'runtime-history-behind',
        what: `the node does not know all rounds of the runtime ${id} yet`,
        why:
          heightsLeft === undefined
            ? 'it waits until it has caught up with the chain'
            : `it looks for them in blocks of the chain, of which ${heightsLeft} are left`,
        next: 'wait; control status has how far it is, below runtimes and indexer',
      },
    ]
  if (stored === undefined || last - stored <= ROUNDS_BEHIND_MAX) return []
  return [
    {
      id: 'runtime-storage-behind',
      what: `the state of the runtime ${id} is ${last - stored} rounds behind`,
      why: `round ${last} is the last one, and the node has the state after ${stored}; it is connected to ${peers} that run it, too`,
      next:
        peers === 0
          ? PEERS_REMEDY
          : 'wait; if it is not less in some minutes, the log says why peers do not give it',
    },
  ]
}

/** What is wrong with a node that keeps secrets. */
export function keeperFindings(keeper: KeeperFacts): readonly Finding[] {
  const { id } = keeper
  return keeperFaults(keeper).map((finding) => ({ ...finding, runtime: id }))
}

function keeperFaults(keeper: KeeperFacts): readonly Finding[] {
  const { id, runs, due, active, isInitialized, isCounted, generation, loaded } = keeper
  if (!runs)
    return [
      {
        id: 'keeper-not-running',
        what: `the key manager ${id} does not run here`,
        why:
          due === undefined
            ? 'no version of it is to run now'
            : `version ${printVersion(due)} is to run: it begins, ends each time, or is not here`,
        next: `ask again in a minute; the log of the node says why it does not start; else ${BUNDLE_REMEDY}`,
      },
    ]
  if (due !== undefined && active !== undefined && compareVersions(due, active) !== 0)
    return [
      {
        id: 'keeper-version',
        what: `the key manager ${id} runs in version ${printVersion(active)} here`,
        why: `version ${printVersion(due)} runs in this epoch`,
        next: BUNDLE_REMEDY,
      },
    ]
  const isBehind = isInitialized && (loaded === undefined || loaded < generation)
  if (isBehind)
    return [
      {
        id: 'keeper-secrets-behind',
        what: `the node lacks secrets of the key manager ${id}`,
        why:
          loaded === undefined
            ? `the network has generation ${generation}, and the node none`
            : `the network has generation ${generation}, and the node ${loaded}`,
        next: 'see that other nodes of the key manager run and that this one is connected: it copies the secrets from them',
      },
    ]
  if (isCounted) return []
  return [
    {
      id: 'keeper-not-counted',
      what: `the network does not count the node among those of the key manager ${id}`,
      why: 'it was not registered for it when this epoch began, or has another policy or other secrets than they have',
      next: 'wait for the next epoch; then compare policyChecksum in control status with keymanager in genesis or with other nodes',
    },
  ]
}
