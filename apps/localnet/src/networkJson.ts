/** What programs are told of a network, in JSON. */

import { toHex } from '@wadi/base/bytes'
import { printAddress } from '@wadi/primitives/address'
import { printVersion } from '@wadi/primitives/version'
import { localPrivateKey, MNEMONIC } from './accounts.ts'
import {
  type DescribedNetwork,
  modeOf,
  oasisCommands,
  paratimeNode,
  TOKEN,
} from './describeNetwork.ts'
import type { Holder } from './folderHold.ts'
import type { NetworkFiles, NodePlace } from './networkFiles.ts'
import { targetOf, urlOf } from './networkPlaces.ts'
import type { ParatimeView } from './paratimeViews.ts'
import type { BlockFacts, BlockView, NetworkView } from './snapshot.ts'

const endpointOf = (place: NodePlace) => {
  return { grpc: targetOf(place), grpc_web: urlOf(place.apiPort) }
}

/** What does not change while it runs: where it is, and where it is called. */
export function filesJson({ folder, chainContext, epochBlocks, nodes, faucetPort }: NetworkFiles) {
  const [first] = nodes
  const paratimes = paratimeNode({ nodes })
  return {
    folder,
    chain_context: chainContext,
    epoch_blocks: epochBlocks,
    endpoints: {
      grpc: first && endpointOf(first).grpc,
      grpc_web: first && endpointOf(first).grpc_web,
      // Validators answer no calls about ParaTimes.
      paratimes: paratimes && endpointOf(paratimes),
      faucet: `${urlOf(faucetPort)}/`,
    },
  }
}

/** A node that runs though its network does not. */
export function leftJson({ name, pid }: Holder) {
  return { name, pid }
}

/** All that somebody has to know who wants to use it. */
export function networkJson({ files, accounts }: DescribedNetwork) {
  const funded = accounts.slice(0, -1)
  return {
    kind: 'network',
    ...filesJson(files),
    nodes: files.nodes.map((node) => {
      const { name, configPath: config } = node
      return { name, mode: modeOf(node, files), ...endpointOf(node), config }
    }),
    paratimes: files.paratimes.map(({ name, id, version }) => {
      return { name, id: toHex(id), version: printVersion(version) }
    }),
    token: TOKEN,
    oasis_commands: oasisCommands(files),
    engine: files.engine,
    engines: files.engines.map(({ name, rpc }) => ({ name, rpc: urlOf(rpc) })),
    mnemonic: MNEMONIC,
    accounts: funded.map(({ address }) => printAddress(address)),
    private_keys: funded.map((_, i) => localPrivateKey(i)),
  }
}

function blockFields({ height, unixMs, proposer, round, transactions }: BlockView) {
  return { height, time: new Date(unixMs).toISOString(), proposer, round, transactions }
}

/** A block as it came, and what there was then. */
export function blockJson({ block, epoch, mempool, paratimes }: BlockFacts) {
  const common = { kind: 'block', ...blockFields(block), epoch, mempool }
  return { ...common, paratimes: paratimes.map(paratimeFields) }
}

function paratimeFields({ name, id, round, unixMs, outcome, workers, backups }: ParatimeView) {
  const time = new Date(unixMs).toISOString()
  return { name, id, round, time, outcome, workers, backups }
}

/** How it is at a moment. */
export function viewJson(view: NetworkView) {
  const { block, nodes, epoch, epochBlock, prevotes, precommits, mempool, paratimes } = view
  return {
    block: block && blockFields(block),
    epoch,
    epoch_block: epochBlock,
    prevotes,
    precommits,
    mempool,
    nodes: nodes.map(({ name, part, isAway, isSynced, height, peers, power }) => {
      const mode = part ?? 'validator'
      return { name, mode, away: isAway, synced: isSynced, height, peers, voting_power: power }
    }),
    paratimes: paratimes.map(paratimeFields),
  }
}
