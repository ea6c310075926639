/** Who was away too often is left out, and pays; nobody else. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import * as registryKeys from '@wadi/consensus/registry/keys'
import { read } from '@wadi/consensus-services/kernel/state'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { endsEpoch, type Standing, type Statuses, standingsOf } from '../tables/livenessTables.ts'
import type { EndedRound, ParatimeChecker, ParatimeWorld } from './paratimeChecker.ts'

/** See the top of this file. One ParaTime that freezes nodes is looked at, not two. */
export function createLiveness(world: ParatimeWorld): ParatimeChecker {
  const name = 'liveness'
  const { chain } = world
  let [before, after]: readonly [Statuses, Statuses] = [new Map(), new Map()]
  const statuses = (): Statuses =>
    new Map(
      chain.genesis.executors.flatMap(({ node: { publicKey } }) => {
        const status = read(chain.state, registryKeys.nodeStatuses, publicKey)
        return status === undefined ? [] : [[toHex(publicKey), status] as const]
      }),
    )
  /** What the node's entity loses in a block, if that is as much as it has to. */
  const paidBy = (node: PublicKey, { staking }: EndedRound['block'], due: bigint): bigint => {
    const executor = chain.genesis.executors.findIndex((one) =>
      equalBytes(one.node.publicKey, node),
    )
    const takes = staking.flatMap(({ escrow }) => escrow?.take ?? [])
    const own = takes.filter(({ owner }) => chain.executorAt(owner) === executor)
    return own.some(({ amount }) => amount === due) ? due : 0n
  }
  return {
    name,
    onBlock() {
      ;[before, after] = [after, statuses()]
    },
    onRound({ paratime, header, before: state, block }) {
      if (!endsEpoch(header)) return
      const around = { was: before, is: after, epoch: block.epoch }
      for (const { node, due, found } of standingsOf(state, around)) {
        const stands = textOf({ ...found, pays: paidBy(node, block, due.pays) })
        if (stands === textOf(due)) continue
        const which = `paratime ${paratime}, round ${header.round}: node ${toHex(node)}`
        world.report(name, `${which} stands at ${stands}, and not at ${textOf(due)}`)
      }
    },
  }
}

function textOf({ failures, suspendedUntil, frozenUntil, pays }: Standing): string {
  const left = `out until ${suspendedUntil}, frozen until ${frozenUntil}`
  return `${failures} failures, ${left}, pays ${pays}`
}
