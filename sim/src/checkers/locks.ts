/**
 * P28: an honest validator that has precommitted a block prevotes no other block at that height,
 * unless in a later round so many may have prevoted something else that it had to let go.
 */

import type { Checker, World } from './checker.ts'

/**
 * Less than two thirds, in percent: what validators have earned and lost since the beginning
 * shifts their powers a little.
 */
const POLKA_PERCENT = 60n
const HUNDRED = 100n
/** Heights that are remembered: nodes that are further behind have the others' block already. */
const KEPT_MAX = 200n

interface Lock {
  readonly round: number
  readonly block: string
}

/** What was signed at one height. */
interface HeightRecord {
  /** By node. */
  readonly locks: Map<number, Lock>
  /** Power of honest prevotes, by round and block. */
  readonly prevotes: Map<number, Map<string, bigint>>
}

/** See the top of this file. */
export function locks(world: World): Checker {
  const { powers, byzantine } = world.plan
  const total = powers.reduce((sum, power) => sum + power, 0n)
  const lying = byzantine.reduce((sum, { node }) => sum + powers[node]!, 0n)
  const heights = new Map<bigint, HeightRecord>()

  const recordOf = (height: bigint): HeightRecord => {
    const known = heights.get(height)
    if (known !== undefined) return known
    const record: HeightRecord = { locks: new Map(), prevotes: new Map() }
    heights.set(height, record)
    return record
  }

  /** May two thirds have prevoted anything but a block, after one round and up to another? */
  const mayLetGo = ({ prevotes }: HeightRecord, lock: Lock, upTo: number): boolean => {
    for (const [round, blocks] of prevotes) {
      if (round <= lock.round || round > upTo) continue
      for (const [block, power] of blocks)
        if (block !== lock.block && (power + lying) * HUNDRED > total * POLKA_PERCENT) return true
    }
    return false
  }

  return {
    name: 'locks',
    onSigned({ node, type, height, round, block }) {
      if (type === 'proposal') return
      const record = recordOf(height)
      if (type === 'precommit') {
        if (block !== 'nil') record.locks.set(node, { round, block })
        return
      }
      const lock = record.locks.get(node)
      const isOther = lock !== undefined && block !== 'nil' && block !== lock.block
      if (isOther && round > lock.round && !mayLetGo(record, lock, round))
        world.report(
          'locks',
          `height ${height}: node ${node} precommitted ${lock.block} in round ${lock.round}, and prevotes ${block} in round ${round}`,
        )
      const blocks = record.prevotes.get(round) ?? new Map<string, bigint>()
      record.prevotes.set(round, blocks)
      blocks.set(block, (blocks.get(block) ?? 0n) + powers[node]!)
    },
    onApplied({ height }) {
      heights.delete(height - KEPT_MAX)
    },
  }
}
