/** A peer of the runtimes' network on this machine. */

import { kernelEd25519 } from '@wadi/crypto/ed25519/provider'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { Libp2pNetwork, type Libp2pOptions } from '@wadi/libp2p/network'
import { realWorld } from '@wadi/libp2p/testing/world'
import { CHAIN_CONTEXT } from './storageRounds.ts'

export function loopbackSigner(name: string) {
  return createTestSigner('p2p', name)
}

/** Answers when others can connect. */
export async function startLoopback(
  name: string,
  options: Partial<Libp2pOptions> = {},
): Promise<Libp2pNetwork> {
  const network = await Libp2pNetwork.create({
    world: realWorld(),
    signer: loopbackSigner(name),
    provider: kernelEd25519,
    forbidden: forbidKeys(),
    chainContext: CHAIN_CONTEXT,
    userAgent: 'wadi',
    listen: { host: '127.0.0.1', port: 0 },
    ...options,
  })
  await network.start()
  return network
}
