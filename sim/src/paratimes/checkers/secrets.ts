/** Key managers agree: who is ready has the secret that the network has accepted. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import type { KeyManagerNode } from '../nodes/keyManagerNode.ts'
import type { ParatimeChecker, ParatimeWorld } from './paratimeChecker.ts'

/** So many epochs after healing there is a secret, if nobody publishes false ones. */
const EPOCHS_MAX = 3n

/** See the top of this file. */
export function createSecrets(
  world: ParatimeWorld,
  keepers: readonly KeyManagerNode[],
): ParatimeChecker {
  const name = 'secrets'
  /** The key that follows from each secret, by its checksum. */
  const keys = new Map<string, string>()
  let known = ''
  let healedAt: bigint | undefined
  let isHealed = false
  return {
    name,
    onHealed() {
      isHealed = true
    },
    onBlock({ height, epoch }) {
      const status = world.chain.keyStatus
      if (keepers.length === 0 || status === undefined) return
      if (isHealed) healedAt ??= epoch
      const checksum = toHex(status.checksum ?? new Uint8Array(0))
      if (known !== '' && checksum !== known && checksum === '')
        world.report(name, `height ${height}: the secret is gone`)
      known = checksum
      for (const keeper of keepers) {
        const { secret } = keeper
        if (!keeper.isHonest || secret === undefined) continue
        const own = toHex(secret.checksum)
        const key = toHex(secret.signer.publicKey)
        const before = keys.get(own)
        if (before !== undefined && before !== key)
          world.report(name, `node ${keeper.index} has another key of secret ${own}`)
        keys.set(own, key)
        if (
          status.rsk !== undefined &&
          own === checksum &&
          !equalBytes(status.rsk, secret.signer.publicKey)
        )
          world.report(name, `node ${keeper.index} has another key than the network`)
        if (checksum !== '' && secret.generation === status.generation && own !== checksum)
          world.report(name, `node ${keeper.index} has another secret than the network`)
      }
    },
    onOver() {
      const status = world.chain.keyStatus
      const mayFail = keepers.length === 0 || world.plan.keyLiar?.misdeed === 'false-secret'
      if (mayFail || healedAt === undefined || lastEpoch(world) - healedAt <= EPOCHS_MAX) return
      if (known === '') world.report(name, `no secret ${lastEpoch(world) - healedAt} epochs later`)
      else if ((status?.nodes ?? []).length === 0) world.report(name, 'nobody keeps the secret')
    },
  }
}

function lastEpoch({ plan, chain }: ParatimeWorld): bigint {
  return chain.height / BigInt(plan.epochBlocks)
}
