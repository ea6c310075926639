/** What a network has told beside the tables of the specification. */

import assert from 'node:assert/strict'
import { equalBytes, toHex } from '@wadi/base/bytes'
import { type Address, stakingAddress } from '@wadi/primitives/address'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { isJudged, standingsOf } from '@wadi/sim/liveness-tables'
import {
  hasMovements,
  movementsIn,
  movementsOf,
  movementsOfEvidence,
} from '@wadi/sim/payment-tables'
import { brokenTables, sidesOf } from '@wadi/sim/round-tables'
import { decidedOf, endingOf, rankOf, voteOf } from '@wadi/sim/written-round'
import type { ByzantineCase, Vote } from './byzantineCases.ts'
import { EPOCH_AFTER, PENALTIES } from './byzantineNetwork.ts'
import { type CommittedRound, statusesAround } from './committedRounds.ts'
import type { Story, Told } from './liveStories.ts'

function saidBy(round: CommittedRound, node: PublicKey): Vote {
  const decided = decidedOf(round)
  const own = round.commits.find(
    ({ nodeId, header }) =>
      toHex(nodeId) === toHex(node) && toHex(header.schedulerId) === decided?.scheduler,
  )
  if (own === undefined) return 'none'
  const vote = voteOf(own)
  if (vote === undefined) return 'failure'
  return vote === decided?.own ? 'right' : 'wrong'
}

function discrepancyOf({ disputes }: CommittedRound): ByzantineCase['discrepancy'] {
  if (disputes.length === 0) return 'none'
  return disputes.some(({ timeout }) => timeout) ? 'timeout' : 'votes'
}

/** The round in which a liar acts is as its line says. */
export function checkRound({ liar, round }: Story): void {
  const { ending, discrepancy, rank, vote, isChance = false } = liar.kind
  const decided = decidedOf(round)
  const found = {
    rank: decided && rankOf(round, decided.scheduler),
    vote: saidBy(round, liar.node),
    ...(!isChance && { ending: endingOf(round), discrepancy: discrepancyOf(round) }),
  }
  assert.deepEqual(found, { rank, vote, ...(!isChance && { ending, discrepancy }) })
}

/** Every round is as the tables say, and who was right is given what who was wrong loses. */
export function checkRounds({ network, stories }: Told): void {
  const entityOf = (node: PublicKey) => network.entityOf(node)
  for (const { liar, rounds } of stories.values())
    for (const round of rounds) {
      const which = `${liar.kind.name}, round ${round.header.round}`
      assert.deepEqual([...brokenTables(round, entityOf)], [], which)
      const movements = movementsOf(round, sidesOf(round, entityOf))
      assert.ok(hasMovements(round.block.staking, movements), `${which}: ${movements}`)
    }
}

/** Liars were away too often when their epoch ended: they are frozen and pay, nobody else does. */
export async function checkStandings({ network, stories }: Told): Promise<void> {
  for (const { liar, rounds } of stories.values()) {
    const last = rounds.at(-1)!
    const { name } = liar.kind
    assert.ok(isJudged(last.before), name)
    const around = await network.ask((client) => statusesAround(client, last))
    const standings = standingsOf(last.before, { ...around, epoch: EPOCH_AFTER })
    for (const { node, due, found } of standings) {
      const isLiar = equalBytes(node, liar.node)
      assert.deepEqual({ ...found, pays: due.pays }, due, name)
      assert.equal(due.frozenUntil > 0n, isLiar, `${name}: ${toHex(node)}`)
      assert.equal(due.pays, isLiar ? PENALTIES.liveness : 0n, name)
    }
  }
}

/** Liars lose what their offences cost, once each, and nobody else loses anything. */
export function checkLosses({ network, blocks }: Told): void {
  const lossesOf = (entity: PublicKey) => {
    const loses = `${toHex(stakingAddress(entity))} loses `
    const movements = blocks.flatMap(({ staking }) => movementsIn(staking))
    const own = movements.filter((movement) => movement.startsWith(loses))
    return own.map((movement) => BigInt(movement.slice(loses.length)))
  }
  const liars = new Map(network.liars.map(({ entity, kind }) => [toHex(entity), kind]))
  const { validators, workers } = network.genesis
  for (const { entity } of [...validators, ...workers.map(({ keys }) => keys)]) {
    const kind = liars.get(toHex(entity.publicKey))
    const due = (kind?.pays ?? []).map((offence) => PENALTIES[offence])
    assert.deepEqual(lossesOf(entity.publicKey), due, kind?.name ?? 'somebody honest')
  }
}

/** Whoever has shown that a liar signed two things is given of what that cost. */
export function checkReporters({ network, blocks, stories }: Told): void {
  const { accounts, workers } = network.genesis
  const reporters: readonly Address[] = [
    ...accounts.map(({ address }) => address),
    ...workers.map(({ keys }) => stakingAddress(keys.entity.publicKey)),
  ]
  for (const { liar, round } of stories.values()) {
    const { runtime } = round.before
    if (!liar.kind.pays.includes('equivocation') || runtime === undefined) continue
    const guilty = toHex(stakingAddress(liar.entity))
    const paid = reporters.filter((reporter) => {
      const wanted = movementsOfEvidence(runtime, { guilty, reporter: toHex(reporter) })
      return blocks.some(({ staking }) => hasMovements(staking, wanted))
    })
    assert.equal(paid.length, 1, liar.kind.name)
  }
}
