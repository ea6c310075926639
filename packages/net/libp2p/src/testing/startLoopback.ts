/** A peer of the runtimes' network on this machine, which knows others when it is told of them. */

import { kernelEd25519 } from '@wadi/crypto/ed25519/provider'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { Libp2pNetwork, type Libp2pOptions } from '../network.ts'
import { signerOf } from './keys.ts'
import { realWorld } from './world.ts'

/** The context of the chain on which it is, unless told otherwise. */
export const CHAIN = 'c5'.repeat(32)

/** Answers when others can connect. */
export async function startLoopback(
  name: string,
  options: Partial<Libp2pOptions> = {},
): Promise<Libp2pNetwork> {
  const network = await Libp2pNetwork.create({
    world: realWorld(),
    signer: signerOf(name),
    provider: kernelEd25519,
    forbidden: forbidKeys(),
    chainContext: CHAIN,
    userAgent: 'wadi',
    listen: { host: '127.0.0.1', port: 0 },
    ...options,
  })
  await network.start()
  return network
}
