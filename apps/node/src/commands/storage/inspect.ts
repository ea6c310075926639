import { toHex } from '@wadi/base/bytes'
import { isTold } from '@wadi/base/errors'
import type { Infer } from '@wadi/cbor/codec'
import { keyedMap, mapOf } from '@wadi/cbor/collections'
import { toIndentedJson } from '@wadi/cbor/json'
import { bool, u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { type CommandWorld, command } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { Namespace } from '@wadi/primitives/namespace'
import type { RoundHistory } from '@wadi/workers/round-history'
import type { RuntimeStore } from '@wadi/workers/runtime-store'
import { errors } from '../transaction/commandErrors.ts'
import { textOf } from '../transaction/lines.ts'
import { openBlocks, openStates, withStore } from './nodeStores.ts'
import { openTrees, storedRuntimes, withHistory } from './runtimeStores.ts'
import { findStoppedNode, type StoppedNode } from './stoppedNode.ts'

const DONE = 0

const StoreStatus = struct({ ok: bool, latestVersion: u64, lastRetainedVersion: u64 })
type StoreStatus = Infer<typeof StoreStatus>
const ConsensusStatus = struct({ stateDb: StoreStatus, blockHistory: StoreStatus })
const RuntimeStatus = struct({ stateDb: StoreStatus, lightHistory: StoreStatus })
type RuntimeStatus = Infer<typeof RuntimeStatus>
const StorageStatus = struct({
  consensus: ConsensusStatus,
  runtimes: mapOf(Namespace, RuntimeStatus),
})
type StorageStatus = Infer<typeof StorageStatus>

const OUTPUTS = ['text', 'json']

function storeStatus(last: bigint | undefined, first: bigint | undefined): StoreStatus {
  const ok = last !== undefined
  return { ok, latestVersion: last ?? 0n, lastRetainedVersion: first ?? 0n }
}

/** A store that is not there, or cannot be opened, is not well. */
async function statusOf(
  { err }: Pick<CommandWorld, 'err'>,
  look: () => StoreStatus | undefined | Promise<StoreStatus | undefined>,
): Promise<StoreStatus> {
  try {
    return (await look()) ?? StoreStatus.zero
  } catch (error) {
    if (!isTold(error)) throw error
    err.write(`${error.message}\n`)
    return StoreStatus.zero
  }
}

/** What there is of a runtime. */
async function inspectRuntime(
  node: StoppedNode,
  world: CommandWorld,
  id: Namespace,
): Promise<RuntimeStatus> {
  const look = ({ lastRound, earliestRound }: RuntimeStore | RoundHistory) =>
    storeStatus(lastRound, earliestRound)
  return {
    stateDb: await statusOf(world, () => withStore(openTrees(node, id), look)),
    lightHistory: await statusOf(world, () => withHistory(node, id, look)),
  }
}

/** Those that are configured, and those that are in the folder. */
function runtimesOf(node: StoppedNode): readonly Namespace[] {
  const configured = node.config.runtime.runtimes.map(({ id }) => id)
  const all = new Map([...configured, ...storedRuntimes(node)].map((id) => [toHex(id), id]))
  return [...all.values()]
}

async function inspectStores(node: StoppedNode, world: CommandWorld): Promise<StorageStatus> {
  const stateDb = await statusOf(world, () =>
    withStore(openStates(node), ({ latestVersion, earliestVersion }) =>
      storeStatus(latestVersion, earliestVersion),
    ),
  )
  const blockHistory = await statusOf(world, () =>
    withStore(openBlocks(node, world), ({ height, base }) => storeStatus(height, base)),
  )
  const runtimes: [Namespace, RuntimeStatus][] = []
  for (const id of runtimesOf(node)) runtimes.push([id, await inspectRuntime(node, world, id)])
  return { consensus: { stateDb, blockHistory }, runtimes: keyedMap(Namespace, runtimes) }
}

/** COMPAT(fmt): with two blanks before each value. */
function storeLines(title: string, status: StoreStatus, unit = 'height'): readonly string[] {
  return [
    `  ${title}:`,
    `    Ok:  ${status.ok}`,
    `    Latest ${unit}:  ${status.latestVersion}`,
    `    Last retained ${unit}:  ${status.lastRetainedVersion}`,
  ]
}

/** COMPAT(oasis-core): nothing where there is no runtime. */
function runtimeLines({ runtimes }: StorageStatus): readonly string[] {
  const each = [...runtimes].flatMap(([id, { stateDb, lightHistory }]) => [
    `  ${toHex(id)}`,
    ...storeLines('State DB', stateDb, 'round').map((line) => `  ${line}`),
    ...storeLines('Light History', lightHistory, 'round').map((line) => `  ${line}`),
  ])
  return each.length === 0 ? [] : ['Runtimes:', ...each]
}

/** `storage inspect`: what is in the databases of a node that does not run. */
export const inspect = command({
  name: 'inspect',
  summary: 'show which states and blocks the databases of a node have',
  examples: ['wadi-node storage inspect --config node.yaml --output json'],
  options: {
    ...persistentFlags,
    output: { kind: 'text', doc: 'how the answer is written: text or json', fallback: 'text' },
  },
  async run(call, world) {
    const { output } = call.flags
    if (!OUTPUTS.includes(output))
      throw errors.badValue(`--output is ${JSON.stringify(output)}; give text or json`)
    const status = await inspectStores(await findStoppedNode(call, world), world)
    const { stateDb, blockHistory } = status.consensus
    const lines = [
      'Consensus:',
      ...storeLines('State DB', stateDb),
      ...storeLines('Block history', blockHistory),
      ...runtimeLines(status),
    ]
    const json = () => `${toIndentedJson(StorageStatus, status)}\n`
    world.out.write(output === 'json' ? json() : textOf(lines))
    return DONE
  },
})
