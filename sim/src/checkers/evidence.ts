/**
 * P30: whoever votes for two things in one step where an honest node could see both is punished,
 * and nobody honest ever is.
 *
 * "Could see": both votes, with valid signatures, have reached the node in one life of it while
 * it was agreeing on their height and had voted in their round itself; and it has lived to apply
 * that height.
 */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { decode } from '@wadi/protobuf/codec'
import { ConsensusMessage } from '@wadi/tendermint/messages/consensus'
import { canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import type { Vote } from '@wadi/tendermint/types/vote'
import { VOTES } from '../byzantine/channels.ts'
import type { ByzantineKind } from '../plan/faultClasses.ts'
import type { Checker, World } from './checker.ts'

/** After so many blocks of a healed network the evidence must have been in one. */
const BLOCKS_DUE = 15n

/** What one life of a node has seen of one height. */
interface Sight {
  height: bigint
  /** The highest round in which it has voted. */
  round: number
  /** By voter, round and type: the first block that was voted for. */
  readonly votes: Map<string, string>
  /** Voters, by number, who voted for two things, and when the second arrived. */
  readonly caught: Map<number, number>
}

const EQUIVOCATIONS: ReadonlySet<ByzantineKind> = new Set([
  'equivocate-prevote',
  'equivocate-precommit',
  'collude',
])

/** See the top of this file. */
export function evidence(world: World): Checker {
  const { plan, chain } = world
  const suspects = plan.byzantine.flatMap(({ node, kinds }) =>
    kinds.some((kind) => EQUIVOCATIONS.has(kind)) ? [node] : [],
  )
  const sights = plan.powers.map(newSight)
  /** By culprit: a height by which the network had seen it, and who had. */
  const due = new Map<number, { readonly height: bigint; readonly witness: number }>()

  const note = (witness: number, vote: Vote) => {
    const sight = sights[witness]!
    if (vote.height !== world.heightOf(witness) + 1n) return
    forgetOthers(sight, vote.height)
    if (vote.round > sight.round) return
    const voter = suspects.find((i) =>
      equalBytes(chain.validators[i]!.address, vote.validatorAddress),
    )
    if (voter === undefined || !isValid(world, voter, vote)) return
    const place = `${voter} ${vote.round} ${vote.type}`
    const block = vote.blockId === undefined ? 'nil' : toHex(vote.blockId.hash)
    const first = sight.votes.get(place)
    if (first === undefined) sight.votes.set(place, block)
    else if (first !== block) sight.caught.set(voter, world.nowMs())
  }

  const check = () => {
    if (plan.isBeyondLimit) return
    for (const [node, opened] of plan.powers.map((_, i) => [i, world.openedOf(i)] as const)) {
      if (opened === undefined || !world.isCore(node)) continue
      const punished = opened.punished()
      for (const [culprit, { height, witness }] of due)
        if (!punished.includes(culprit) && world.heightOf(node) > height + BLOCKS_DUE)
          world.report(
            'evidence',
            `node ${culprit} equivocated before height ${height}, node ${witness} saw it, and it goes free`,
          )
      return
    }
  }

  return {
    name: 'evidence',
    onSigned({ node, height, round }) {
      const sight = sights[node]!
      forgetOthers(sight, height)
      sight.round = Math.max(sight.round, round)
    },
    onArrived({ to, channel, message }) {
      if (suspects.length === 0 || channel !== VOTES || !world.isCore(to)) return
      const said = decode(ConsensusMessage, message)
      if (said.kind === 'vote') note(to, said.body.vote)
    },
    onApplied({ node, height, opened }) {
      const sight = sights[node]!
      if (world.isCore(node) && sight.height === height)
        // What arrives in the same moment may find the node at the next height.
        for (const [culprit, arrivedMs] of sight.caught)
          if (!due.has(culprit) && arrivedMs < world.nowMs())
            due.set(culprit, { height, witness: node })
      if (!world.isHonest(node)) return
      for (const guilty of opened.punished())
        if (world.isHonest(guilty))
          world.report('evidence', `height ${height}: node ${guilty} is honest and punished`)
    },
    onEnded(node) {
      sights[node] = newSight()
    },
    onHealed() {
      // What was seen while nobody could meet counts from the moment when they can.
      const highest = plan.powers.reduce((most, _, i) => max(most, world.heightOf(i)), 0n)
      for (const [culprit, { witness, height }] of due)
        due.set(culprit, { witness, height: max(height, highest) })
    },
    onOver: check,
  }
}

const newSight = (): Sight => ({ height: 0n, round: -1, votes: new Map(), caught: new Map() })

const max = (a: bigint, b: bigint) => (a > b ? a : b)

function forgetOthers(sight: Sight, height: bigint): void {
  if (sight.height === height) return
  sight.height = height
  sight.round = -1
  sight.votes.clear()
  sight.caught.clear()
}

function isValid({ chain }: World, voter: number, vote: Vote): boolean {
  const { publicKey } = chain.validators[voter]!
  const message = canonicalVoteBytes(chain.genesis.chainId, vote)
  return chain.dialect.verify({ publicKey, message, signature: vote.signature })
}
