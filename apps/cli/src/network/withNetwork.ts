/** A network, through one of its nodes, while a command runs. */

import type { NodeOwner } from '@wadi/localnet/network-files'
import type { TokenTerms } from '@wadi/node/amounts'
import { createNodeClient, type NodeClient } from '@wadi/sdk/node-client'
import type { WadiWorld } from '../command/wadiCommand.ts'
import type { WadiFlagValues } from '../command/wadiFlags.ts'
import { errors } from '../errors.ts'
import { loadSettings, type Settings, settingsPath } from '../settings.ts'
import { type BlockDesk, believedBlocks, provenBlocks } from './blockDesk.ts'
import { chooseNode, type NodeChoice, type NodeSubject } from './chooseNode.ts'
import { explainFailure } from './explainFailure.ts'
import { checkToken } from './knownNetworks.ts'
import { findLocalNetwork, type LocalNetwork, localFolder } from './localNetwork.ts'
import { verifiedNode, witnessesOf } from './verifiedNode.ts'
import { openWay } from './way.ts'

/** See the top of this file. */
export interface Network {
  /** What it says is proved, if that is wanted. */
  readonly client: NodeClient
  /** The node itself: for what nobody can prove, such as what is in a ParaTime. */
  readonly believed: NodeClient
  readonly blocks: BlockDesk
  readonly node: NodeChoice
  readonly chainContext: string
  readonly token: TokenTerms
  /** Is it the local network of the folder? Then its accounts are everybody's. */
  isLocal(): Promise<boolean>
  /** Who owns its nodes, by their names: known of the local network. */
  owners(): Promise<readonly NodeOwner[]>
  /** ParaTimes that have names: known of the local network. */
  paratimes(): Promise<LocalNetwork['paratimes']>
  readonly settings: Settings
}

/** The state after the last block. */
export const LAST = 0n

function checkContext({ chainContext }: Settings, found: string, world: WadiWorld): void {
  if (chainContext === undefined || chainContext === found) return
  throw errors.wrongNetwork(
    `the node is of the network ${found}, and ${settingsPath(world.environment)} wants ${chainContext}; name a node of that network with --node`,
  )
}

/** The local network of the folder, if it is the one with these signatures. */
async function findLocal(chainContext: string, world: WadiWorld) {
  const local = await findLocalNetwork(localFolder(world))
  return local?.chainContext === chainContext ? local : undefined
}

/** Does something with the network that flags, environment and settings name. */
export async function withNetwork<A>(
  flags: WadiFlagValues,
  world: WadiWorld,
  use: (network: Network) => Promise<A>,
  subject: NodeSubject = 'consensus',
): Promise<A> {
  const settings = loadSettings(world.environment)
  const node = await chooseNode(flags.node, settings, world, subject)
  const way = openWay(node, world)
  const ways = [way, ...(flags.verify ? witnessesOf(settings).map((w) => openWay(w, world)) : [])]
  try {
    const light = flags.verify ? verifiedNode(settings, ways) : undefined
    const believed = createNodeClient(way)
    const client = light?.client ?? believed
    const blocks = light === undefined ? believedBlocks(client) : provenBlocks(light)
    const [chainContext, symbol, exponent] = await Promise.all([
      client.consensus.getChainContext(),
      client.staking.tokenSymbol(LAST),
      client.staking.tokenValueExponent(LAST),
    ])
    checkContext(settings, chainContext, world)
    checkToken(chainContext, { symbol, exponent })
    // Looked for once: it makes the genesis of the network again.
    let looking: ReturnType<typeof findLocal> | undefined
    const local = () => (looking ??= findLocal(chainContext, world))
    const isLocal = async () => (await local()) !== undefined
    const owners = async () => (await local())?.owners ?? []
    const paratimes = async () => (await local())?.paratimes ?? []
    const token = { symbol, exponent }
    const about = { isLocal, owners, paratimes }
    const place = { node, chainContext, token, settings }
    return await use({ client, believed, blocks, ...place, ...about })
  } catch (error) {
    throw explainFailure(error, node.target)
  } finally {
    for (const each of ways) each.close()
  }
}
