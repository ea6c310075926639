import { toIndentedJson } from '@wadi/cbor/json'
import { TreeState } from '@wadi/compose/tree-state'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import { exportGenesis } from '@wadi/consensus-services/exportGenesis'
import { type CommandWorld, command } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { nodeFiles } from '@wadi/node-storage/node-files'
import type { Moment } from '@wadi/primitives/moment'
import { openBlocks, withStore } from '../storage/nodeStores.ts'
import { findStoppedNode, type StoppedNode } from '../storage/stoppedNode.ts'
import { errors } from '../transaction/commandErrors.ts'
import { loadNetwork, type NetworkTerms } from '../transaction/networkTerms.ts'
import { writeNamedFile } from '../transaction/textFile.ts'
import { genesisFileFlag } from '../transaction/transactionFlags.ts'

const DONE = 0
const LAST = 0n
const VERSION = 'dump.version'

/** The time of a block, if it is here; otherwise that of the first one. */
function timeOf(node: StoppedNode, world: CommandWorld, height: bigint): Moment | undefined {
  return withStore(openBlocks(node, world), (blocks) => blocks.loadMeta(height)?.header.time)
}

/** What a state says, as a document. */
function dumpState(
  { dataDir }: StoppedNode,
  { document, chainContext: chain }: NetworkTerms,
  asked: bigint,
): GenesisDocument {
  const folder = `${dataDir}/application`
  const state = new TreeState({ folder, files: nodeFiles, chain, durability: 'sync' })
  try {
    const { earliestVersion: earliest = 0n, latestVersion: latest = 0n } = state.database
    const height = asked === LAST ? latest : asked
    if (height < 1n || height < earliest || height > latest)
      throw errors.badValue(
        `--${VERSION} is ${asked}, and states ${earliest} to ${latest} are here; give one of them`,
      )
    const { genesisTime: time, extraData } = document
    return { ...exportGenesis({ height, time, state: state.openAt(height) }, document), extraData }
  } finally {
    state.close()
  }
}

/** `debug dumpdb`: the state of a node that does not run, as a genesis document. */
export const dumpdb = command({
  name: 'dumpdb',
  summary: 'write the state of a node that does not run as a genesis document',
  examples: ['wadi-node debug dumpdb --config node.yaml --dump.output dump.json'],
  options: {
    ...persistentFlags,
    ...genesisFileFlag,
    'dump.output': { kind: 'text', doc: 'path to dumped ABCI state', fallback: 'dump.json' },
    'dump.read_only_db': { kind: 'boolean', doc: 'read-only DB access', fallback: false },
    [VERSION]: {
      kind: 'integer',
      doc: 'ABCI state version to dump (0 = most recent)',
      fallback: LAST,
      word: 'int',
    },
  },
  async run(call, world) {
    const node = await findStoppedNode(call, world)
    const network = loadNetwork(call.flags)
    const document = dumpState(node, network, call.flags[VERSION])
    const genesisTime = timeOf(node, world, document.height) ?? document.genesisTime
    const text = toIndentedJson(GenesisDocument, { ...document, genesisTime })
    const path = call.flags['dump.output']
    if (path === '') world.out.write(text)
    else writeNamedFile(path, text)
    return DONE
  },
})
