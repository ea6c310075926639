/** Recorded conversations between a host and its runtime: what was asked, and what was answered. */

import {
  decodeMessage,
  MESSAGE_TYPES,
  type Message,
} from '@wadi/runtime-protocol/host-protocol/message'
import type { RecordedFrame } from './hostTraffic.ts'
import { bytesOfBase64 } from './records.ts'
import { listChains, readNdjson } from './vectors.ts'

/** A request, and the whole message that answered it. */
export interface Exchange {
  readonly request: Message
  readonly answer: Uint8Array
}

/** A recording, in the order of the answers. */
export interface Conversation {
  /** What the host asked the runtime. */
  readonly ofHost: readonly Exchange[]
  /** What the runtime asked the host. */
  readonly ofRuntime: readonly Exchange[]
}

/** Reads a recording of `rhp/`. */
export function readConversation(file: string): Conversation {
  const asked = { host: new Map<bigint, Message>(), runtime: new Map<bigint, Message>() }
  const exchanges: Record<keyof typeof asked, Exchange[]> = { host: [], runtime: [] }
  for (const { from, frame } of readNdjson<RecordedFrame>(`rhp/${file}`)) {
    const bytes = bytesOfBase64(frame)
    const message = decodeMessage(bytes) as Message
    if (message.messageType === MESSAGE_TYPES.request) {
      asked[from].set(message.id, message)
      continue
    }
    const asker = from === 'host' ? 'runtime' : 'host'
    const request = asked[asker].get(message.id)
    if (request === undefined) throw new TypeError(`answer ${message.id} without a question`)
    exchanges[asker].push({ request, answer: bytes })
  }
  return { ofHost: exchanges.host, ofRuntime: exchanges.runtime }
}

/** The chain for which a recording is named: the longest name that it begins with. */
export function chainOfConversation(file: string): string {
  const [chain] = listChains()
    .filter((name) => file.startsWith(name))
    .sort((a, b) => b.length - a.length)
  if (chain === undefined) throw new TypeError(`${file} is named for no recorded chain`)
  return chain
}
