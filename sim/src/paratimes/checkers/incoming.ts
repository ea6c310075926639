/**
 * What comes over the consensus layer: a message that was accepted waits behind those before it
 * and is taken once, in this order, by a round that says so; what was refused leaves no trace.
 */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { encode, make } from '@wadi/cbor/codec'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import type { InMsgProcessedEvent } from '@wadi/consensus/roothash/events'
import { hashOfIncomingMessages, IncomingMessage } from '@wadi/consensus/roothash/messages'
import { runtimeAddress } from '@wadi/primitives/address'
import type { SeenBlock } from '../chain/drivenChain.ts'
import type { EndedRound, ParatimeChecker, ParatimeWorld, SentMessage } from './paratimeChecker.ts'

/** What the queue of one ParaTime has to be. */
interface Queue {
  readonly waiting: IncomingMessage[]
  next: bigint
}

/** See the top of this file. */
export function createIncoming(world: ParatimeWorld): ParatimeChecker {
  const name = 'incoming'
  const { plan, chain } = world
  const { ids } = chain.genesis
  const queues = plan.paratimes.map((): Queue => ({ waiting: [], next: 0n }))
  /** Since the last block. */
  let sent: SentMessage[] = []
  const eventsOf = ({ roothash }: SeenBlock, paratime: number) =>
    roothash.filter(({ runtimeId }) => equalBytes(runtimeId, ids[paratime]!))
  const takenIn = (block: SeenBlock, paratime: number) =>
    eventsOf(block, paratime).flatMap(({ inMsgProcessed }) => inMsgProcessed ?? [])
  const whyWrong = (paratime: number, block: SeenBlock) => {
    const queue = queues[paratime]!
    const taken = takenIn(block, paratime)
    const due = queue.waiting.splice(0, taken.length)
    if (textOf(taken) !== textOf(due)) return `takes ${textOf(taken)}, and not ${textOf(due)}`
    const accepted = sent.filter((one) => one.paratime === paratime && !one.refusal)
    for (const { caller, message } of accepted) {
      const { id: _, ...rest } = message
      queue.waiting.push(make(IncomingMessage, { ...rest, caller, id: queue.next++ }))
    }
    const is = block.queues[paratime]!
    if (encodedOf(is) !== encodedOf(queue.waiting))
      return `${is.length} messages wait, and not the ${queue.waiting.length} that are due`
    // Deposits look the same; whether they add up is for the checker of the supply.
    const { kind } = plan.paratimes[paratime]!
    return kind === 'accounts' ? undefined : whyUnpaid(block, paratime, accepted)
  }
  const whyUnpaid = (
    { staking }: SeenBlock,
    paratime: number,
    accepted: readonly SentMessage[],
  ): string | undefined => {
    const to = runtimeAddress(ids[paratime]!)
    const senders = new Set(sent.map(({ caller }) => toHex(caller)))
    const paid = staking
      .flatMap(({ transfer }) => transfer ?? [])
      .filter((one) => equalBytes(one.to, to) && senders.has(toHex(one.from)))
      .map(({ from, amount }) => `${toHex(from)} ${amount}`)
    const due = accepted
      .map(({ caller, message: { fee, tokens } }) => [caller, fee + tokens] as const)
      .flatMap(([caller, amount]) => (amount === 0n ? [] : [`${toHex(caller)} ${amount}`]))
    return paid.join() === due.join() ? undefined : `is paid ${paid.join()}, and not ${due.join()}`
  }
  return {
    name,
    onSent: (one) => void sent.push(one),
    onBlock(block) {
      for (const paratime of queues.keys()) {
        const why = whyWrong(paratime, block)
        if (why !== undefined)
          world.report(name, `paratime ${paratime}, height ${block.height}: ${why}`)
      }
      sent = []
    },
    onRound({ paratime, header, waiting, block }: EndedRound) {
      const report = (why: string) =>
        world.report(name, `paratime ${paratime}, round ${header.round}: ${why}`)
      const taken = takenIn(block, paratime).filter(({ round }) => round === header.round)
      if (header.headerType !== HEADER_TYPES.normal && taken.length > 0)
        report(`has no result, and takes ${textOf(taken)}`)
      const said = hashOfIncomingMessages(waiting.slice(0, taken.length))
      if (!equalBytes(said, header.inMsgsHash)) report('its header is of other messages')
      const events = eventsOf(block, paratime)
      const end = events.findIndex(({ finalized }) => finalized?.round === header.round)
      const last = events.findLastIndex(({ inMsgProcessed }) => inMsgProcessed !== undefined)
      if (end < last) report('is told to be over before what it takes')
    },
  }
}

function textOf(messages: readonly Pick<InMsgProcessedEvent, 'id' | 'caller' | 'tag'>[]): string {
  return messages.map(({ id, caller, tag }) => `${id} of ${toHex(caller)} (${tag})`).join()
}

function encodedOf(messages: readonly IncomingMessage[]): string {
  return messages.map((message) => toHex(encode(IncomingMessage, message))).join()
}
