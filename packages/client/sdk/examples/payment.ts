import type { Address } from '@wadi/primitives/address'
import { stakingAddress } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import type { AccountSigner } from '@wadi/sdk/account-signer'
import { followEvents } from '@wadi/sdk/follow-heights'
import { createLightNode, type LightNodeOptions } from '@wadi/sdk/light-node'
import { methodCall } from '@wadi/sdk/method-call'
import { createNodeClient } from '@wadi/sdk/node-client'
import { sendTransaction } from '@wadi/sdk/send-transaction'
import { createWebTransport } from '@wadi/sdk/web-transport'

/** What is known of a network: its chain context, and a block that somebody trusted has named. */
type Network = Pick<LightNodeOptions, 'chainContext' | 'trust' | 'clock'>

/** Pays somebody. What both have then is believed because it is proved, not because it is said. */
export async function pay(
  urls: readonly string[],
  { chainContext, ...network }: Network,
  signer: AccountSigner,
  to: Address,
) {
  const transports = urls.map((url) => createWebTransport({ url }))
  const node = createNodeClient(transports[0]!)
  const light = createLightNode({ transports, chainContext, ...network })

  const call = methodCall('staking.Transfer', { to, amount: quantity(1_000n) })
  const most = { feeMax: quantity(5_000n), timeoutMs: 30_000 }
  const { height } = await sendTransaction({ client: node, chainContext, signer }, call, most)

  for await (const { transfer } of followEvents(node, node.staking.getEvents, { from: height }))
    if (transfer !== undefined) break

  const owner = stakingAddress(PublicKey.check(signer.publicKey))
  const payer = await light.client.staking.account({ height, owner })
  const payee = await light.client.staking.account({ height, owner: to })
  return [payer.general.balance, payee.general.balance] as const
}
