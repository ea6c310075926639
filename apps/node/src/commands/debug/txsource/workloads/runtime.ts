/** `runtime`: calls the key-value runtime, has it send messages, and sends it messages. */

import { parseUtf8, toHex } from '@wadi/base/bytes'
import { randomBelow } from '@wadi/base/random'
import { decodeRust, encodeRust, make } from '@wadi/cbor/codec'
import { text } from '@wadi/cbor/scalars'
import { nilable } from '@wadi/cbor/struct'
import { AddEscrow, ReclaimEscrow, Transfer, Withdraw } from '@wadi/consensus/staking/methods'
import {
  AddEscrowArgs,
  KeyArgs,
  KeyValueArgs,
  ReclaimEscrowArgs,
  TransferArgs,
  WithdrawArgs,
} from '@wadi/paratime-keyvalue/call'
import type { Namespace } from '@wadi/primitives/namespace'
import { quantity } from '@wadi/primitives/quantity'
import { methodCall } from '@wadi/sdk/method-call'
import { check, errors } from '../errors.ts'
import { pause } from '../patientTransport.ts'
import { drawChance, drawOne, drawSigner } from '../randomChoice.ts'
import { addressOf } from '../transactionSender.ts'
import type { Workload, WorkloadWorld } from '../workload.ts'
import { RuntimeBank } from './runtime/runtimeBank.ts'
import { type Executed, encodeCall, RuntimeCaller } from './runtime/runtimeCaller.ts'

const WORD_BYTES = 8
const KEY_BYTES_MAX = 64
const AMOUNT = 1n
const TAG = 42n
const PAUSE_MS = 1_000
/** So long a message may wait for a round. */
const MESSAGE_MS_MAX = 240_000
const POLL_MS = 200

/** How often of a hundred times a key is taken that is there, or should be. */
const EXISTING = { insert: 30, get: 90, remove: 50 } as const
type Access = keyof typeof EXISTING

/** What the runtime has, as reckoned here, and the world. */
interface Pairs extends WorkloadWorld {
  readonly runtimeId: Namespace
  readonly caller: RuntimeCaller
  readonly bank: RuntimeBank
  /** What an earlier run with the same seed left behind cannot be reckoned with. */
  readonly run: string
  readonly values: Map<string, string>
}

type Action = (pairs: Pairs) => Promise<void>

function drawText({ random }: Pairs): string {
  return toHex(random.bytes(randomBelow(random, KEY_BYTES_MAX) + 1))
}

function drawKey(pairs: Pairs, percent: number): string {
  const { random, values, run } = pairs
  if (drawChance(random, percent) && values.size > 0) return drawOne(random, [...values.keys()])
  return `${run}.${drawText(pairs)}`
}

/** Somebody who has never called before. */
function drawSender({ random, run }: Pairs): string {
  return `sender-${run}-${toHex(random.bytes(WORD_BYTES))}`
}

function argsOf(key: string, value: string | undefined): Uint8Array {
  if (value === undefined) return encodeRust(KeyArgs, make(KeyArgs, { key }))
  return encodeRust(KeyValueArgs, make(KeyValueArgs, { key, value }))
}

/** A text that a call gives; undefined if it gives null. */
function textOf(result: Uint8Array): string | undefined {
  return result.length === 0 ? undefined : decodeRust(nilable(text), result)
}

function checkValue(pairs: Pairs, key: string, told: string | undefined): void {
  const expected = pairs.values.get(key)
  check(told === expected, () => `the runtime has ${told} at ${key}, not ${expected}`)
}

/** Every access tells what it did to which key, and an insertion tells it once more. */
async function checkEvents({ caller }: Pairs, access: Access, key: string, done: Executed) {
  const expected = new Set([`kv_op ${access}`, `kv_key ${key}`])
  if (access === 'insert') expected.add(`kv_insertion.${key} `)
  const events = await caller.eventsOf(done)
  const told = events.map(([name, value]) => `${parseUtf8(name)} ${parseUtf8(value)}`)
  const isSame = told.length === expected.size && told.every((one) => expected.has(one))
  check(isSame, () => `${access} of ${key} told ${told.join(', ')}`)
}

/** Inserts, gets or removes; each of them gives what was there before. */
const accessOf =
  (access: Access): Action =>
  async (pairs) => {
    const key = drawKey(pairs, EXISTING[access])
    const value = access === 'insert' ? drawText(pairs) : undefined
    const data = encodeCall(drawSender(pairs), access, argsOf(key, value))
    const done = await pairs.caller.call(data)
    checkValue(pairs, key, textOf(done.result))
    await checkEvents(pairs, access, key, done)
    if (value !== undefined) pairs.values.set(key, value)
    else if (access === 'remove') pairs.values.delete(key)
  }

async function message(pairs: Pairs, method: string, args: Uint8Array): Promise<void> {
  await pairs.caller.call(encodeCall(drawSender(pairs), method, args))
}

const amount = quantity(AMOUNT)

const withdraw: Action = async (pairs) => {
  const { bank } = pairs
  if (bank.balance < AMOUNT) return
  const body = make(Withdraw, { from: bank.address, amount })
  await message(pairs, 'consensus_withdraw', encodeRust(WithdrawArgs, { withdraw: body }))
  await bank.moved({ own: -AMOUNT, runtime: AMOUNT })
}

const transfer: Action = async (pairs) => {
  const { bank } = pairs
  if ((await bank.spendable()) < AMOUNT) return
  const body = make(Transfer, { to: bank.address, amount })
  await message(pairs, 'consensus_transfer', encodeRust(TransferArgs, { transfer: body }))
  await bank.moved({ own: AMOUNT, runtime: -AMOUNT })
}

const addEscrow: Action = async (pairs) => {
  const { bank } = pairs
  if ((await bank.spendable()) < AMOUNT) return
  const escrow = make(AddEscrow, { account: bank.address, amount })
  await message(pairs, 'consensus_add_escrow', encodeRust(AddEscrowArgs, { escrow }))
  await bank.moved({ ownEscrow: AMOUNT, runtime: -AMOUNT })
}

const reclaimEscrow: Action = async (pairs) => {
  const { bank } = pairs
  if (bank.escrowed < AMOUNT) return
  const reclaim = make(ReclaimEscrow, { account: bank.address, shares: amount })
  const args = encodeRust(ReclaimEscrowArgs, { reclaimEscrow: reclaim })
  await message(pairs, 'consensus_reclaim_escrow', args)
  await bank.moved({ ownEscrow: -AMOUNT, runtime: AMOUNT })
}

/** An insertion that comes over the consensus layer. */
const sendMessage: Action = async (pairs) => {
  const { runtimeId, random, sender, funds, caller } = pairs
  const [key, value] = [drawKey(pairs, 0), drawText(pairs)]
  const data = encodeCall(drawSender(pairs), 'insert', argsOf(key, value))
  const signer = drawSigner(random)
  const body = { id: runtimeId, tag: TAG, fee: quantity(0n), tokens: quantity(0n), data }
  const height = await sender.send(signer, methodCall('roothash.SubmitMsg', body), funds)
  const round = await processedRound(pairs, toHex(addressOf(signer)), height)
  pairs.values.set(key, value)
  checkValue(pairs, key, textOf(await caller.query(round, 'get', argsOf(key, undefined))))
}

/** The round in which a message was taken that came in a block. */
async function processedRound(pairs: Pairs, from: string, submitted: bigint): Promise<bigint> {
  const { client, sender, runtimeId, waiting } = pairs
  const end = waiting.clock.monotonicMs() + MESSAGE_MS_MAX
  for (let height = submitted; ; height++) {
    while ((await sender.caughtUp()) < height) await pause(waiting, POLL_MS)
    for (const { runtimeId: id, inMsgProcessed } of await client.rootHash.getEvents(height)) {
      const isOurs = inMsgProcessed !== undefined && toHex(inMsgProcessed.caller) === from
      if (isOurs && toHex(id) === toHex(runtimeId)) return inMsgProcessed.round
    }
    if (waiting.clock.monotonicMs() > end)
      throw errors.noAnswer(`nobody took the message of block ${submitted}`)
  }
}

/** COMPAT(oasis-core): how often each is done. */
const WEIGHTS: readonly (readonly [Action, number])[] = [
  [accessOf('insert'), 3],
  [accessOf('get'), 2],
  [accessOf('remove'), 3],
  [withdraw, 2],
  [transfer, 1],
  [addEscrow, 1],
  [reclaimEscrow, 1],
  [sendMessage, 1],
]
const ACTIONS: readonly Action[] = WEIGHTS.flatMap(([action, weight]) =>
  Array.from({ length: weight }, () => action),
)

/** See the top of this file. */
export const runtimeWorkload: Workload = {
  needsFunds: true,
  async run(world) {
    const { client, queries, waiting, sender, random, log } = world
    const { runtimeId } = queries
    if (runtimeId === undefined) throw errors.notPossible('no runtime is named')
    const caller = new RuntimeCaller({ client, runtimeId, waiting })
    log.info('waiting for the committee')
    await caller.ready()
    const bank = await RuntimeBank.open(world)
    const run = String(await sender.caughtUp())
    const pairs: Pairs = { ...world, runtimeId, caller, bank, run, values: new Map() }
    do {
      await drawOne(random, ACTIONS)(pairs)
      log.debug('called the runtime', { pairs: pairs.values.size })
    } while (await world.goesOn(PAUSE_MS))
  },
}
