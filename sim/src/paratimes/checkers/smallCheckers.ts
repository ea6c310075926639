/** Checkers of a few lines each. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { decodeRust, encodeRust, make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { LightBlock } from '@wadi/consensus/consensus/block'
import * as registryKeys from '@wadi/consensus/registry/keys'
import { HEADER_TYPES, type Header } from '@wadi/consensus/roothash/block'
import { hashOfMessages } from '@wadi/consensus/roothash/messages'
import { read } from '@wadi/consensus-services/kernel/state'
import { Arena } from '@wadi/mkvs/arena'
import {
  AccountBalances,
  Addresses,
  AddressesQuery,
  BalancesQuery,
} from '@wadi/paratime-sdk/modules/accounts/types'
import { NATIVE } from '@wadi/paratime-sdk/types/token'
import { hashOfHeader } from '@wadi/runtime-protocol/block'
import { hashOfBatch } from '@wadi/runtime-protocol/transactions/ioTree'
import { PENALTIES } from '../chain/paratimeGenesis.ts'
import { contextOf } from '../nodes/directHost.ts'
import { winnerOf } from '../tables/writtenRound.ts'
import type { Reference } from './execution.ts'
import type { EndedRound, ParatimeChecker, ParatimeWorld } from './paratimeChecker.ts'

/** All honest nodes have the same block in each round, with both its trees. */
export function createAgreement(world: ParatimeWorld): ParatimeChecker {
  const name = 'agreement'
  const known = new Map<string, Header>()
  return {
    name,
    onRound: ({ paratime, header }) => void known.set(`${paratime} ${header.round}`, header),
    onSynced(node, paratime, header) {
      if (!world.isHonest(node)) return
      const key = `${paratime} ${header.round}`
      const expected = known.get(key)
      const why = `paratime ${paratime}, round ${header.round}: node ${node}`
      if (expected !== undefined && !equalBytes(hashOfHeader(expected), hashOfHeader(header)))
        world.report(name, `${why} has another block`)
      else if (world.worker(node, paratime)?.store.hasRound(header) === false)
        world.report(name, `${why} does not have the trees that it says it has`)
    },
  }
}

/** What is executed is the batch that its scheduler has signed. */
export function createInputs(world: ParatimeWorld): ParatimeChecker {
  const name = 'inputs'
  const arena = new Arena()
  /** By block and scheduler: the roots that were signed. */
  const signed = new Map<string, Set<string>>()
  return {
    name,
    onProposed(_node, { nodeId, header }) {
      const key = `${toHex(header.previousHash)} ${toHex(nodeId)}`
      const known = signed.get(key) ?? new Set()
      signed.set(key, known.add(toHex(header.batchHash)))
    },
    onExecuted({ ended, transactions }) {
      const winner = winnerOf(ended)
      const known = signed.get(`${toHex(ended.header.previousHash)} ${winner?.scheduler}`)
      if (known === undefined) return
      const inputs = transactions.map(({ input }) => input)
      if (known.has(toHex(hashOfBatch(arena, inputs)))) return
      const { paratime, header } = ended
      const which = `paratime ${paratime}, round ${header.round}`
      world.report(name, `${which}: another batch was executed than was signed`)
    },
  }
}

/** Nobody honest is slashed or frozen. */
export function createNoFalseSlash(world: ParatimeWorld): ParatimeChecker {
  const name = 'noFalseSlash'
  return {
    name,
    onBlock({ staking, height }) {
      for (const { escrow } of staking) {
        if (escrow?.take === undefined) continue
        const executor = world.chain.executorAt(escrow.take.owner)
        if (executor !== undefined && world.isHonest(executor))
          world.report(name, `node ${executor} pays ${escrow.take.amount} at height ${height}`)
      }
    },
    onOver() {
      for (const [executor, { node }] of world.chain.genesis.executors.entries()) {
        const status = read(world.chain.state, registryKeys.nodeStatuses, node.publicKey)
        if (world.isHonest(executor) && (status?.freezeEndTime ?? 0n) > 0n)
          world.report(name, `node ${executor} is frozen`)
      }
    },
  }
}

/** No honest key signs two proposals of a round, or two results of one. */
export function createNoDoubleSign(world: ParatimeWorld): ParatimeChecker {
  const name = 'noDoubleSign'
  const signed = new Map<string, string>()
  return {
    name,
    onSigned(node, what, value) {
      if (!world.isHonest(node)) return
      const key = `${node} ${what}`
      const before = signed.get(key)
      if (before !== undefined && before !== value)
        world.report(name, `node ${node} signs two things: ${what}`)
      signed.set(key, value)
    },
  }
}

/** Who signs two things where all is well pays for it. */
export function createEvidence(world: ParatimeWorld): ParatimeChecker {
  const name = 'evidence'
  const signed = new Map<string, string>()
  /** When a node did it first after healing. */
  const doneMs = new Map<number, number>()
  const payers = new Set<number | undefined>()
  let isHealed = false
  return {
    name,
    onHealed() {
      isHealed = true
    },
    onSigned(node, what, value) {
      const key = `${node} ${what}`
      const before = signed.get(key)
      if (isHealed && before !== undefined && before !== value && !doneMs.has(node))
        doneMs.set(node, world.nowMs())
      signed.set(key, value)
    },
    onBlock({ staking }) {
      for (const { escrow } of staking)
        if (escrow?.take?.amount === PENALTIES.equivocation)
          payers.add(world.chain.executorAt(escrow.take.owner))
    },
    onOver() {
      for (const [node, ms] of doneMs)
        if (world.nowMs() - ms > EVIDENCE_MS_MAX && !payers.has(node))
          world.report(name, `node ${node} has signed two things at ${ms} ms, and has not paid`)
    },
  }
}

/** So long evidence may take to get into a block. */
const EVIDENCE_MS_MAX = 25_000

/** No honest node takes another for one that is not. */
export function createNoFalseBan(world: ParatimeWorld): ParatimeChecker {
  const name = 'noFalseBan'
  return {
    name,
    onBlocked(accuser, accused) {
      if (world.isHonest(accuser) && world.isHonest(accused))
        world.report(name, `node ${accuser} has nothing to do with node ${accused} any more`)
    },
  }
}

/** What a client was told to be final is, and stays so. */
export function createFinality(
  world: ParatimeWorld,
  references: readonly Reference[],
): ParatimeChecker {
  const name = 'finality'
  const told: (readonly [paratime: number, hash: string, round: bigint])[] = []
  return {
    name,
    onTold: (...one) => void told.push(one),
    onOver() {
      for (const [paratime, hash, round] of told) {
        const found = references[paratime]!.rounds.get(hash)
        if (found !== undefined && found !== round)
          world.report(name, `${hash} was in round ${round}, and is in ${found}`)
        else if (found === undefined && !references[paratime]!.isBehind(round))
          world.report(name, `${hash} was in round ${round}, and is nowhere`)
      }
    },
  }
}

/**
 * Nothing is made and nothing is lost, in the consensus layer and in ParaTimes: what a ParaTime of
 * accounts has there, its accounts have here.
 */
export function createSupply(
  world: ParatimeWorld,
  references: readonly Reference[],
): ParatimeChecker {
  const name = 'supply'
  let supply: bigint | undefined
  const noMessages = toHex(hashOfMessages([]))
  return {
    name,
    onBlock({ height }) {
      const now = world.chain.supply()
      if (supply !== undefined && now !== supply)
        world.report(name, `height ${height}: the consensus layer had ${supply} and has ${now}`)
      supply = now
    },
    onSecond() {
      for (const why of world.chain.violations()) world.report(name, why)
    },
    onExecuted({ ended }) {
      const { paratime, header, balance } = ended
      if (world.plan.paratimes[paratime]!.kind !== 'accounts') return
      if (toHex(header.messagesHash) !== noMessages) return
      const inside = totalOf(world, references[paratime]!, ended)
      if (inside !== balance)
        world.report(
          name,
          `paratime ${paratime}, round ${header.round}: its accounts have ${inside}, ` +
            `and the consensus layer keeps ${balance} for it`,
        )
    },
  }
}

function totalOf(world: ParatimeWorld, { runtime, state }: Reference, ended: EndedRound): bigint {
  const { genesis } = world.chain
  const id = genesis.ids[ended.paratime]!
  const { chainContext } = genesis.network
  const stateBefore = (height: bigint) => world.chain.stateBefore(height)
  const consensusBlock = { ...zero(LightBlock), height: ended.height }
  const context = contextOf({ id, chainContext, stateBefore }, ended.header, {
    consensusBlock,
    epoch: ended.epoch as never,
    maxMessages: 0,
  })
  const host = { chainContext, localConfig: keyedMap(text, [['allow_expensive_queries', TRUE]]) }
  const ask = (method: string, args: Uint8Array) =>
    runtime.query({ ...context, host }, state, { method, args })
  const query = encodeRust(AddressesQuery, make(AddressesQuery, { denomination: NATIVE }))
  let total = 0n
  for (const address of decodeRust(Addresses, ask('accounts.Addresses', query))) {
    const args = encodeRust(BalancesQuery, { address })
    const { balances } = decodeRust(AccountBalances, ask('accounts.Balances', args))
    total += balances.get(NATIVE) ?? 0n
  }
  return total
}

/** After healing one normal round follows another. */
export class Progress implements ParatimeChecker {
  readonly name = 'progress'
  readonly #world: ParatimeWorld
  /** When each ParaTime had its last one. */
  readonly #lastMs: number[]
  #isHealed = false
  /** The longest wait for one. */
  longestMs = 0

  constructor(world: ParatimeWorld) {
    this.#world = world
    this.#lastMs = world.plan.paratimes.map(() => 0)
  }

  onHealed(): void {
    this.#isHealed = true
    this.#lastMs.fill(this.#world.nowMs())
  }

  onRound({ paratime, header }: EndedRound): void {
    if (header.headerType !== HEADER_TYPES.normal) return
    this.#note(paratime)
    this.#lastMs[paratime] = this.#world.nowMs()
  }

  onSecond(): void {
    for (const paratime of this.#lastMs.keys()) {
      if (this.#note(paratime) <= STILL_MS_MAX) continue
      const since = this.#lastMs[paratime]! / MS_PER_SECOND
      this.#world.report(this.name, `paratime ${paratime}: no normal round since ${since} s`)
      this.#lastMs[paratime] = this.#world.nowMs()
    }
  }

  #note(paratime: number): number {
    const stillMs = this.#isHealed ? this.#world.nowMs() - this.#lastMs[paratime]! : 0
    if (!this.#world.plan.isBeyondLimit) this.longestMs = Math.max(this.longestMs, stillMs)
    return stillMs
  }
}

const MS_PER_SECOND = 1000

const TRUE: Uint8Array = Uint8Array.of(0xf5)

/** So long a healed ParaTime may take for a normal round. */
const STILL_MS_MAX = 40_000
