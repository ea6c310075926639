/** Keeps what gossipsub sends within what others read. */

import { GOSSIP_BYTES_MAX, GOSSIP_WAITING_BYTES_MAX } from '../limits.ts'
import { type Frame, insideOf, type LongMessage } from './gossipInside.ts'

/** Author, number, signature, key and the fields around them: about 200 bytes. */
const MESSAGE_AROUND = 512
/** Control messages are bounded by the library's numbers: 5000 ids of 32 bytes and their fields. */
const CONTROL_AROUND = 256 * 1024

function sizeOf({ data, topic }: LongMessage): number {
  return (data?.length ?? 0) + 3 * topic.length + MESSAGE_AROUND
}

/** The same in frames that others read. What is not a message goes with the first. */
export function splitFrame(frame: Frame): readonly Frame[] {
  const room = GOSSIP_BYTES_MAX - CONTROL_AROUND
  const groups: LongMessage[][] = [[]]
  let size = 0
  for (const message of frame.messages) {
    size += sizeOf(message)
    if (size > room && groups.at(-1)!.length > 0) {
      groups.push([])
      size = sizeOf(message)
    }
    groups.at(-1)!.push(message)
  }
  if (groups.length === 1) return [frame]
  const [first, ...others] = groups
  return [
    { ...frame, messages: first! },
    ...others.map((messages) => ({ subscriptions: [], messages })),
  ]
}

/**
 * Bends the way that everything takes which gossipsub sends: a frame that is too long for others
 * goes in several, and a peer that reads too slowly gets no more for now, as in the reference.
 * COMPAT(go-libp2p-pubsub): whoever is sent more than 1 MiB at once hangs up, and the library
 * answers for several messages with one frame.
 */
export function boundFrames(gossip: object): void {
  const inside = insideOf(gossip)
  const send = inside.sendRpc.bind(gossip)
  inside.sendRpc = (peer, frame) => {
    const waiting = inside.streamsOutbound.get(peer)?.rawStream.writeBufferLength ?? 0
    if (waiting > GOSSIP_WAITING_BYTES_MAX) return false
    let isSent = true
    for (const part of splitFrame(frame)) isSent = send(peer, part) && isSent
    return isSent
  }
}
