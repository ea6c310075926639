/** A recorded conversation with a key manager, request by request. */

import { toHex } from '@wadi/base/bytes'
import {
  type Body,
  decodeMessage,
  encodeForHost,
  MESSAGE_TYPES,
  type Message,
} from '@wadi/runtime-protocol/host-protocol/message'
import type { RecordedFrame } from './hostTraffic.ts'
import { bytesOfBase64 } from './records.ts'
import { readNdjson } from './vectors.ts'

/** A question of the runtime, and what it was told. */
export interface Question {
  readonly question: Body
  readonly answer: Body
}

/** A request of the host. */
export interface Exchange {
  readonly request: Message
  readonly answer: Message
  /** What the runtime asked meanwhile; undefined if it worked on something else as well. */
  readonly questions: readonly Question[] | undefined
  /** The last block there was. */
  readonly tip: bigint
}

/** A recording in the order of the host's requests. */
export interface Recording {
  readonly exchanges: readonly Exchange[]
  readonly questions: readonly Question[]
}

interface Open {
  readonly request: Message
  readonly from: number
  isAlone: boolean
}

class Reader {
  readonly #open = new Map<bigint, Open>()
  readonly #asked = new Map<bigint, Body>()
  readonly exchanges: Exchange[] = []
  readonly questions: Question[] = []
  #tip = 0n

  take(from: 'host' | 'runtime', message: Message): void {
    const isRequest = message.messageType === MESSAGE_TYPES.request
    if (from === 'host') {
      if (isRequest) this.#begin(message)
      else this.#answered(message)
    } else if (isRequest) {
      this.#asked.set(message.id, message.body)
    } else {
      this.#end(message)
    }
  }

  #begin(request: Message): void {
    for (const open of this.#open.values()) open.isAlone = false
    const isAlone = this.#open.size === 0
    this.#open.set(request.id, { request, from: this.questions.length, isAlone })
  }

  #answered({ id, body: answer }: Message): void {
    if (answer.kind === 'HostFetchConsensusBlockResponse') {
      const { height } = answer.body.block
      if (height > this.#tip) this.#tip = height
    }
    this.questions.push({ question: this.#asked.get(id)!, answer })
  }

  #end(answer: Message): void {
    const { request, from, isAlone } = this.#open.get(answer.id)!
    this.#open.delete(answer.id)
    const questions = isAlone ? this.questions.slice(from) : undefined
    this.exchanges.push({ request, answer, questions, tip: this.#tip })
  }
}

/** Reads a recording of `rhp`. */
export function readRecording(file: string): Recording {
  const reader = new Reader()
  for (const { from, frame } of readNdjson<RecordedFrame>(`rhp/${file}`))
    reader.take(from, decodeMessage(bytesOfBase64(frame)) as Message)
  const { exchanges, questions } = reader
  return { exchanges: exchanges.toSorted((a, b) => Number(a.request.id - b.request.id)), questions }
}

/** A body as a text. */
export function keyOfBody(body: Body): string {
  return toHex(encodeForHost({ id: 0n, messageType: MESSAGE_TYPES.request, body }))
}
