/** From what somebody wants of a ParaTime to the round that has it, and what came of it. */

import { toHex } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import type { Json } from '@wadi/node-config/json-output'
import type { EventKind } from '@wadi/paratime-sdk/events'
import type { Call, Transaction } from '@wadi/paratime-sdk/types/transaction'
import { printAddress } from '@wadi/primitives/address'
import { hashOfBytes } from '@wadi/primitives/hash'
import { awaitEvent } from '@wadi/sdk/await-event'
import { queryParatime } from '@wadi/sdk/paratime-queries'
import {
  type ParatimeCall,
  type ParatimeChoices,
  prepareParatimeTransaction,
} from '@wadi/sdk/prepare-paratime-transaction'
import {
  signParatimeTransaction,
  submitParatimeTransaction,
} from '@wadi/sdk/submit-paratime-transaction'
import type { AddressBook } from '../accounts/addressBook.ts'
import { answer } from '../command/answer.ts'
import type { WadiWorld } from '../command/wadiCommand.ts'
import type { WadiFlagValues } from '../command/wadiFlags.ts'
import { errors } from '../errors.ts'
import { requireFee } from '../sending/requireFee.ts'
import type { SendFlagValues } from '../sending/sendFlags.ts'
import { requireAgreement } from '../terminal/confirm.ts'
import { factLines } from '../words/lines.ts'
import { parseFlag } from '../words/numbers.ts'
import { plainLine, plainText } from '../words/plainText.ts'
import { tokensJson, tokensText } from '../words/tokens.ts'
import { encryptedFacts, encryptOrder } from './encryptOrder.ts'
import { paratimeText } from './findParatime.ts'
import type { ParatimeAccount } from './paratimeAccount.ts'
import type { ParatimePlace } from './paratimePlace.ts'

/** What a ParaTime tells when the consensus layer has done its part. */
export interface ConsensusOutcome {
  readonly from: ParatimeAccount['address']
  readonly to: ParatimeAccount['address']
  readonly nonce: bigint
  readonly error?: { readonly module: string; readonly code: number } | undefined
}

/** What is waited for; `caller` is where it has whoever called. */
export interface ExpectedOutcome {
  readonly kind: EventKind<ConsensusOutcome>
  readonly caller: 'from' | 'to'
}

/** What somebody wants. */
export interface ParatimeOrder {
  readonly call: ParatimeCall
  readonly choices?: ParatimeChoices
  readonly facts: readonly (readonly [string, string])[]
  readonly json: { readonly [name: string]: Json }
  /** What it is over with; undefined if it is over with the transaction itself. */
  readonly outcome?: ExpectedOutcome
  /** What leaves the account in the ParaTime, in base units. */
  readonly spends?: bigint
  /** What has to be done before, on the consensus layer. */
  before?(): Promise<void>
}

/** Who wants it, and where. */
export interface ParatimeSender {
  readonly flags: WadiFlagValues &
    Pick<SendFlagValues, 'yes' | 'timeout' | 'gas' | 'fee-max'> & { readonly encrypted: boolean }
  readonly world: WadiWorld
  readonly book: AddressBook
  readonly place: ParatimePlace
  readonly account: ParatimeAccount
}

function describe(sender: ParatimeSender, order: ParatimeOrder, { authInfo }: Transaction) {
  const { place, account, book, flags } = sender
  const { amount, gas } = authInfo.fee
  return factLines([
    ...order.facts,
    ['From', book.print(account.address)],
    ['Fee', `${tokensText(amount.amount, place.token)} (${gas} gas)`],
    ['Nonce', authInfo.signerInfo[0]?.nonce],
    ['ParaTime', paratimeText(place.paratime)],
    ...(flags.encrypted ? encryptedFacts(sender, order) : []),
  ])
}

/** With a key manager nobody who estimates is told of somebody's balance. */
async function requireEnough({ place, account }: ParatimeSender, wanted: bigint): Promise<void> {
  const { desk, denomination, token } = place
  const { balances } = await queryParatime(desk, 'accounts.Balances', { address: account.address })
  const has = balances.get(denomination) ?? 0n
  if (has >= wanted) return
  const [there, asked] = [has, wanted].map((amount) => tokensText(amount, token))
  throw errors.tooLittle(
    `the account has ${there} in the ParaTime, and ${asked} are to leave it; take less, or deposit more with wadi paratime deposit`,
  )
}

/** Of an encrypted call nothing but what is encrypted goes on from here. */
async function prepare(
  { place, account, flags }: ParatimeSender,
  { choices }: ParatimeOrder,
  call: ParatimeCall | Call,
): Promise<Transaction> {
  const gas = parseFlag('gas', flags.gas)
  const chosen = { ...choices, ...(gas !== undefined && { gas }) }
  const { desk, token } = place
  const transaction = await prepareParatimeTransaction(desk, account.addressSpec, call, chosen)
  requireFee(flags, token, transaction.authInfo.fee.amount.amount)
  return transaction
}

/** Waits until the consensus layer has done its part; refuses what it has refused. */
async function outcomeOf(
  { place, account, flags, world }: ParatimeSender,
  { kind, caller }: ExpectedOutcome,
  { from, nonce }: { readonly from: bigint; readonly nonce: bigint },
): Promise<bigint> {
  const own = printAddress(account.address)
  const isIt = (event: ConsensusOutcome) =>
    event.nonce === nonce && printAddress(event[caller]) === own
  const signal = AbortSignal.timeout(flags.timeout)
  const waiting = awaitEvent(place.desk, { kind, from, isIt }, signal)
  const { round, event } = await world.progress.during(
    'Waiting for the consensus layer to do its part',
    waiting,
  )
  if (event.error === undefined) return round
  const { module, code } = event.error
  const sentence = [
    `the consensus layer refused it (${module}/${code}), and nothing has moved;`,
    'look at both balances with wadi paratime balance',
  ].join(' ')
  throw new CodedError(module, code, 'wadi.refused', sentence)
}

/** Whoever waited in vain must not send twice. */
function explain(error: unknown, hash: string): unknown {
  if (!(error instanceof UnavailableError)) return error
  const why = plainLine(error.message)
  return errors.uncertain(
    `it is not known what became of the transaction ${hash} (${why}); before you send it again, look at the balance`,
  )
}

/** Sends it and says where it is; the exit code. */
export async function sendParatime(sender: ParatimeSender, order: ParatimeOrder): Promise<number> {
  const { flags, world, place, account } = sender
  const { call, outcome, spends } = order
  if (spends !== undefined) await requireEnough(sender, spends)
  const encrypted = flags.encrypted ? await encryptOrder(sender, call) : undefined
  const transaction = await prepare(sender, order, encrypted?.call ?? call)
  const lines = describe(sender, order, transaction)
  if (!flags.yes) world.err.write(lines.map((line) => `${plainText(line)}\n`).join(''))
  await requireAgreement('Send it?', { terminal: world.terminal, isAgreed: flags.yes })
  await order.before?.()
  const { chainContext } = place.network
  const where = { runtimeId: place.desk.runtimeId, chainContext }
  const data = await signParatimeTransaction(where, transaction, await account.unlock())
  const hash = toHex(hashOfBytes(data))
  const submission = submitParatimeTransaction(place.desk, data, {
    timeoutMs: flags.timeout,
    ...(encrypted && { open: encrypted.open }),
  })
  const nonce = transaction.authInfo.signerInfo[0]?.nonce ?? 0n
  const [sent, done] = await world.progress
    .during('Waiting for a round with the transaction', submission)
    .then(async (found) => {
      const from = found.round + 1n
      return [found, outcome && (await outcomeOf(sender, outcome, { from, nonce }))] as const
    })
    .catch((error) => {
      throw explain(error, hash)
    })
  const facts = factLines([
    ['Sent', hash],
    ['Round', sent.round],
    ['Done in round', done],
  ])
  const { fee } = transaction.authInfo
  const json = {
    hash,
    round: sent.round,
    done_in_round: done,
    method: call.method,
    from: printAddress(account.address),
    ...order.json,
    fee: tokensJson(fee.amount.amount, place.token),
    gas: fee.gas,
    nonce,
    encrypted: flags.encrypted,
    key_epoch: encrypted?.epoch,
  }
  return answer(flags, world, { json, lines: flags.yes ? [...lines, ...facts] : facts })
}
