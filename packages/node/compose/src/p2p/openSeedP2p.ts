/** The part of a seed that nodes of the network of runtimes ask for each other. */

import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import { printKeyName, printMultiaddr } from '@wadi/libp2p/peer-info'
import type { SeedNodeOptions } from '@wadi/libp2p/seed-node'
import type { NodeIdentity } from '@wadi/node-crypto/keys/nodeIdentity'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { NodeWorld } from '../createNode.ts'
import { USER_AGENT } from '../softwareVersion.ts'
import { openBookFile } from './bookFile.ts'

/** What an operator chooses. */
export type SeedP2pConfig = Pick<
  SeedNodeOptions,
  'listen' | 'blockedIps' | 'peersMax' | 'graceMs' | 'reach'
>

/** What it is made of. */
export interface SeedP2pOptions {
  readonly config: SeedP2pConfig
  readonly world: NodeWorld
  readonly dataDir: string
  readonly document: GenesisDocument
  readonly identity: Pick<NodeIdentity, 'p2p'>
}

/** See the top of this file. */
export interface SeedP2p {
  /** What it is called and where nodes ask it, in the words of the reference. */
  readonly place: string
  /** Whom it knows, each with its place. */
  readonly known: readonly string[]
  start(): Promise<void>
  stop(): Promise<void>
}

/** Makes a seed that does not run yet. */
export async function openSeedP2p(options: SeedP2pOptions): Promise<SeedP2p> {
  const { config, world, dataDir, document, identity } = options
  const { SeedNode } = await import('@wadi/libp2p/seed-node')
  const seed = await SeedNode.create({
    ...config,
    ...chainTermsOf(document).signatures,
    world: { ...world, log: world.logger('libp2p') },
    signer: identity.p2p,
    userAgent: USER_AGENT,
    book: openBookFile({ files: world.files, dataDir, of: 'seed' }),
  })
  const name = printKeyName(PublicKey.check(identity.p2p.publicKey))
  return {
    get place() {
      return `{${name}: [${seed.addresses.map(printMultiaddr).join(' ')}]}`
    },
    get known() {
      const all = [...seed.registrations].flatMap(({ peer: { key, addresses } }) =>
        addresses.map((address) => `${printMultiaddr(address)}/p2p/${printKeyName(key)}`),
      )
      return [...new Set(all)].toSorted()
    },
    start: () => seed.start(),
    stop: () => seed.stop(),
  }
}
