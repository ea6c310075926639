/**
 * Senders who have a ParaTime remember something, and again until a node says that it is final:
 * each asks any node that is up. What is final has to be there in the end, on every node.
 */

import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { assert, BugError, CodedError, UnavailableError } from '@wadi/base/errors'
import { decodeRust, encode } from '@wadi/cbor/codec'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import { Header } from '@wadi/consensus/roothash/block'
import type { NetworkNode } from '@wadi/localnet/create-network'
import { readKey } from '@wadi/localnet/testing/keyvalue-user'
import { Call, CallOutput, KeyValueArgs } from '@wadi/paratime-keyvalue/call'
import { hashOf } from '@wadi/primitives/hash'

const { id: runtimeId } = PARATIMES.keyvalue
const SENDERS = 12
const ANSWER_MS_MAX = 30_000
/** Who was refused waits so long at most: the transaction may be in the pool already. */
const PAUSE_MS_MAX = 500
/** A minority that is away makes rounds slower, and no more than that. */
const FINAL_MS_MAX = 240_000
const LATEST_ROUND = 2n ** 64n - 1n
const DUPLICATE = 'duplicate transaction'
const plain = { generation: 0n, churpId: 0 }

interface Pair {
  readonly key: string
  readonly value: string
}

/** What somebody was told is final. */
interface Remembered extends Pair {
  /** Undefined if that was found out by asking again. */
  readonly round: bigint | undefined
}

/** See the top of this file. */
export class ExecutorLoad {
  readonly #nodes: () => readonly NetworkNode[]
  readonly #senders: readonly Promise<void>[]
  readonly remembered: Remembered[] = []
  /** Questions that came to nothing. */
  repeated = 0
  #isOver = false

  /** `nodes`: those that are up. */
  constructor(nodes: () => readonly NetworkNode[]) {
    this.#nodes = nodes
    this.#senders = Array.from({ length: SENDERS }, (_, i) => this.#send(`sender ${i}`))
  }

  /** Why somebody could not go on; never resolves otherwise. */
  get failed(): Promise<never> {
    return Promise.all(this.#senders).then(() => new Promise<never>(() => undefined))
  }

  /** Answers when nobody sends any more. What was begun is ended first. */
  async end(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#senders)
  }

  async #send(sender: string): Promise<void> {
    for (let nonce = 0n; !this.#isOver; nonce++) {
      const [key, value] = [`${sender}: ${nonce}`, `${randomInt(2 ** 40)}`]
      const args = encode(KeyValueArgs, { ...plain, key, value })
      const data = encode(Call, { sender: toUtf8(sender), nonce, method: 'insert', args })
      const round = await this.#untilFinal(data, { key, value })
      this.remembered.push({ key, value, round })
    }
  }

  async #untilFinal(data: Uint8Array, pair: Pair): Promise<bigint | undefined> {
    const lastMs = performance.now() + FINAL_MS_MAX
    let why: unknown
    while (performance.now() < lastMs) {
      const nodes = this.#nodes()
      const node = nodes[randomInt(nodes.length)]!
      const { client } = node
      try {
        const options = { timeoutMs: ANSWER_MS_MAX }
        const answer = await client.runtimeClient.submitTxMeta({ runtimeId, data }, options)
        const { checkTxError, round } = answer
        if (checkTxError === undefined) {
          const { kind, body } = decodeRust(CallOutput, answer.data)
          assert(kind === 'Success', `what is asked for is done: ${kind} ${body}`)
          return round
        }
        why = checkTxError.message
        // The ParaTime counts each sender's calls: one that was made is refused.
        if (checkTxError.message.includes('Invalid nonce')) return undefined
      } catch (error) {
        if (error instanceof BugError) throw error
        why = error
        if (await isDuplicateDone(error, node, pair)) return undefined
      }
      this.repeated++
      await sleep(randomInt(PAUSE_MS_MAX))
    }
    throw new UnavailableError('soak.load', `nothing is final after ${FINAL_MS_MAX} ms: ${why}`)
  }
}

/** Who has seen a call takes it no more, nor tells what became of it: it waits, or is final. */
async function isDuplicateDone(
  error: unknown,
  node: NetworkNode,
  { key, value }: Pair,
): Promise<boolean> {
  if (!(error instanceof CodedError) || !error.message.includes(DUPLICATE)) return false
  return (await readKey(node, key).catch(() => undefined)) === value
}

/** The last round that a node has whole. */
export async function lastRound({ client }: NetworkNode, timeoutMs?: number): Promise<bigint> {
  const options = timeoutMs === undefined ? {} : { timeoutMs }
  const asked = { runtimeId, round: LATEST_ROUND }
  const { header } = await client.runtimeClient.getBlock(asked, options)
  return header.round
}

/** What a node says a round came to. */
export async function roundHash({ client }: NetworkNode, round: bigint): Promise<string> {
  return toHex(hashOf(Header, (await client.runtimeClient.getBlock({ runtimeId, round })).header))
}
