/** How rounds end, and who pays: every round beside the tables of the protocol. */

import { equalBytes } from '@wadi/base/bytes'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { PENALTIES } from '../chain/paratimeGenesis.ts'
import { hasMovements, movementsOf } from '../tables/paymentTables.ts'
import { brokenTables, sidesOf } from '../tables/roundTables.ts'
import type { EndedRound, ParatimeChecker, ParatimeWorld } from './paratimeChecker.ts'

/** See the top of this file. */
export function createVerdicts(world: ParatimeWorld): ParatimeChecker {
  const name = 'verdicts'
  const { executors } = world.chain.genesis
  const entityOf = (key: PublicKey) =>
    executors.find(({ node }) => equalBytes(node.publicKey, key))?.entity.publicKey
  return {
    name,
    onRound(ended) {
      const { paratime, header } = ended
      const report = (why: string) =>
        world.report(name, `paratime ${paratime}, round ${header.round}: ${why}`)
      for (const why of brokenTables(ended, entityOf)) report(why)
      const sides = sidesOf(ended, entityOf)
      const movements = movementsOf(ended, sides)
      if (movements.length > 0 && !hasMovements(ended.block.staking, movements))
        report(`who was wrong has not paid those who were right: ${movements.join(', ')}`)
      // Other ParaTimes may end a round with the same block.
      const isAlone = ended.block.states.length === 1
      const payers = movements.length > 0 ? sides.bad.length : 0
      const paid = ended.block.staking.filter(isPenalty).length
      if (isAlone && paid > payers) report(whyTooMany(ended))
    },
  }
}

function isPenalty({ escrow }: EndedRound['block']['staking'][number]): boolean {
  return escrow?.take?.amount === PENALTIES.results
}

function whyTooMany({ header }: EndedRound): string {
  return header.headerType === HEADER_TYPES.normal
    ? 'somebody has paid who was not wrong'
    : 'somebody pays for results of a round without any'
}
