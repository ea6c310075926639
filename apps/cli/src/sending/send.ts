/** From what somebody wants to a block that has it: prepared, shown, agreed to, signed, sent. */

import { toHex } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import type { Json } from '@wadi/node-config/json-output'
import { printAddress } from '@wadi/primitives/address'
import { add, type Quantity, quantity, ZERO } from '@wadi/primitives/quantity'
import { hashOfTransaction, type Transaction } from '@wadi/primitives/transaction'
import type { MethodCall } from '@wadi/sdk/method-call'
import { prepareTransaction, type TransactionChoices } from '@wadi/sdk/prepare-transaction'
import { type SentTransaction, signWith, submitTransaction } from '@wadi/sdk/send-transaction'
import type { AddressBook, OwnAccount } from '../accounts/addressBook.ts'
import { answer } from '../command/answer.ts'
import type { WadiWorld } from '../command/wadiCommand.ts'
import type { WadiFlagValues } from '../command/wadiFlags.ts'
import { errors } from '../errors.ts'
import { networkName } from '../network/knownNetworks.ts'
import { LAST, type Network } from '../network/withNetwork.ts'
import { requireAgreement } from '../terminal/confirm.ts'
import { factLines } from '../words/lines.ts'
import { parseFlag } from '../words/numbers.ts'
import { plainLine, plainText } from '../words/plainText.ts'
import { tokensJson, tokensText } from '../words/tokens.ts'
import { requireFee } from './requireFee.ts'
import type { SendFlagValues } from './sendFlags.ts'

/** What somebody wants. */
export interface Order {
  readonly call: MethodCall
  /** What the account has to have besides the fee. */
  readonly spends: Quantity
  /** In words, as names and values. */
  readonly facts: readonly (readonly [string, string])[]
  /** The same for programs. */
  readonly json: { readonly [name: string]: Json }
}

/** Who wants it, and where. */
export interface Sender {
  readonly flags: SendFlagValues & WadiFlagValues
  readonly world: WadiWorld
  readonly network: Network
  readonly book: AddressBook
  readonly account: OwnAccount
}

function choicesOf(flags: SendFlagValues): TransactionChoices {
  const [nonce, gas] = [parseFlag('nonce', flags.nonce), parseFlag('gas', flags.gas)]
  const price = parseFlag('gas-price', flags['gas-price'])
  return {
    ...(nonce !== undefined && { nonce }),
    ...(gas !== undefined && { gas }),
    ...(price !== undefined && { gasPrice: quantity(price) }),
  }
}

/** Refuses what the account cannot pay: in words that say how much there is. */
function requireBalance(
  { network, account }: Sender,
  balance: Quantity,
  { spends, fee }: { readonly spends: Quantity; readonly fee: Quantity },
): void {
  if (balance >= add(spends, fee)) return
  const [has, wanted] = [balance, add(spends, fee)].map((each) => tokensText(each, network.token))
  const withFee = fee === 0n ? '' : ' with the fee'
  throw errors.tooLittle(
    `${account.name} has ${has}, and ${wanted} is needed${withFee}; take less, or send it some first`,
  )
}

/** A transaction that can be paid. */
async function prepare(sender: Sender, { call, spends }: Order): Promise<Transaction> {
  const { network, account, flags } = sender
  const { client } = network
  const owner = account.address
  const { general } = await client.staking.account({ height: LAST, owner })
  requireBalance(sender, general.balance, { spends, fee: ZERO })
  const choices = choicesOf(flags)
  const transaction = await prepareTransaction(client, account.publicKey, call, choices)
  const fee = transaction.fee?.amount ?? ZERO
  requireFee(flags, network.token, fee)
  requireBalance(sender, general.balance, { spends, fee })
  return transaction
}

function describe(
  sender: Sender,
  { facts }: Order,
  { fee, nonce }: Transaction,
): readonly string[] {
  const { network, account } = sender
  const amount = tokensText(fee?.amount ?? ZERO, network.token)
  return factLines([
    ...facts,
    ['From', sender.book.print(account.address)],
    ['Fee', `${amount} (${fee?.gas ?? 0n} gas)`],
    ['Nonce', nonce],
    ['Network', networkName(network.chainContext) ?? network.chainContext],
  ])
}

function jsonOf(
  sender: Sender,
  order: Order,
  transaction: Transaction,
  sent: SentTransaction,
): Json {
  const { fee, nonce, method } = transaction
  return {
    hash: toHex(sent.hash),
    height: sent.height,
    method,
    from: printAddress(sender.account.address),
    ...order.json,
    fee: tokensJson(fee?.amount ?? ZERO, sender.network.token),
    gas: fee?.gas ?? 0n,
    nonce,
  }
}

/** Sends it and says where it is; the exit code. */
export async function send(sender: Sender, order: Order): Promise<number> {
  const { flags, world, network, account } = sender
  const transaction = await prepare(sender, order)
  const lines = describe(sender, order, transaction)
  if (!flags.yes) world.err.write(lines.map((line) => `${plainText(line)}\n`).join(''))
  await requireAgreement('Send it?', { terminal: world.terminal, isAgreed: flags.yes })
  const signer = await account.unlock()
  const signing = signWith(signer, network.chainContext, transaction)
  const signed = await world.progress.during('Waiting for the signature', signing)
  const submission = submitTransaction(network.client, signed, { timeoutMs: flags.timeout })
  const sent = await world.progress
    .during('Waiting for a block with the transaction', submission)
    .catch(async (error) => {
      throw (
        (await explainNonce(error, sender)) ??
        explainSending(error, toHex(hashOfTransaction(signed)))
      )
    })
  const facts = factLines([
    ['Sent', toHex(sent.hash)],
    ['Block', sent.height],
  ])
  const json = jsonOf(sender, order, transaction, sent)
  return answer(flags, world, { json, lines: flags.yes ? [...lines, ...facts] : facts })
}

const INVALID_NONCE = 'consensus/transaction/1'

/** Whoever chose the number himself chose a wrong one, and would do so again. */
async function explainNonce(
  error: unknown,
  { network, account, flags }: Sender,
): Promise<CodedError | undefined> {
  if (flags.nonce === '' || !(error instanceof CodedError)) return undefined
  const { module, code } = error
  if (`${module}/${code}` !== INVALID_NONCE) return undefined
  const owner = account.address
  const { general } = await network.client.staking.account({ height: LAST, owner })
  const sentence = [
    `the network refuses it (${plainLine(error.message)}), and --nonce is ${flags.nonce};`,
    `leave it out: the next one is ${general.nonce}`,
  ].join(' ')
  return new CodedError(module, code, 'wadi.refused', sentence)
}

/** Whoever waited in vain must not send twice. */
function explainSending(error: unknown, hash: string): unknown {
  if (!(error instanceof UnavailableError)) return error
  const why = plainLine(error.message)
  return errors.uncertain(
    `it is not known whether the transaction will be in a block (${why}); before you send it again, look for it with wadi transaction ${hash}`,
  )
}
