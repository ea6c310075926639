/** A seed on this machine, for tests. */

import { kernelEd25519 } from '@wadi/crypto/ed25519/provider'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import type { ConsensusAddress } from '@wadi/primitives/nodeAddress'
import { PublicKey } from '@wadi/primitives/publicKey'
import { SeedNode } from '../discovery/seedNode.ts'
import type { PeerBook } from '../peers/peerBook.ts'
import { signerOf } from './keys.ts'
import { realWorld } from './world.ts'

/** A book that is gone with the test. */
export function memoryBook(): PeerBook {
  let content: Uint8Array | undefined
  return {
    load: async () => content,
    save: async (saved: Uint8Array) => {
      content = saved
    },
  }
}

/** A seed that runs, and where it is asked. */
export async function startSeed(
  book: PeerBook = memoryBook(),
): Promise<{ readonly seed: SeedNode; readonly at: ConsensusAddress }> {
  const signer = signerOf('seed')
  const seed = await SeedNode.create({
    world: realWorld(),
    signer,
    provider: kernelEd25519,
    forbidden: forbidKeys(),
    blockedIps: new Set(),
    listen: { host: '127.0.0.1', port: 0 },
    userAgent: 'wadi',
    peersMax: 100,
    reach: 'any',
    book,
  })
  await seed.start()
  return { seed, at: { id: PublicKey.check(signer.publicKey), address: seed.addresses[0]! } }
}

/** What a seed knows that somebody has. */
export function knownTo(seed: SeedNode): readonly string[] {
  return [...seed.registrations].map(({ namespace }) => namespace)
}
