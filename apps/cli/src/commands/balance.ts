import { printAddress } from '@wadi/primitives/address'
import { AddressBook } from '../accounts/addressBook.ts'
import { answer } from '../command/answer.ts'
import { WHO, WHOSE } from '../command/explanations.ts'
import { operandsOf } from '../command/operands.ts'
import { wadiCommand } from '../command/wadiCommand.ts'
import { LAST, withNetwork } from '../network/withNetwork.ts'
import { worthOf } from '../words/escrow.ts'
import { factLines } from '../words/lines.ts'
import { tokensJson, tokensText } from '../words/tokens.ts'

function sumOf(amounts: Iterable<bigint>): bigint {
  let sum = 0n
  for (const amount of amounts) sum += amount
  return sum
}

/** `wadi balance`. */
export const balance = wadiCommand({
  name: 'balance',
  summary: 'show what an account has',
  details: [
    'Tokens that are available, delegated to validators, and on their way back from them.',
    ...WHO,
    ...WHOSE,
  ],
  examples: ['wadi balance', 'wadi balance test:0', 'wadi balance oasis1qrad7…'],
  operands: '[account]',
  options: {},
  run: ({ flags, operands }, world) =>
    withNetwork(flags, world, async ({ client, token, ...network }) => {
      const [name] = operandsOf(operands, 'account?')
      const book = await AddressBook.open(network, world)
      const owner = name === undefined ? book.own('').address : book.addressOf(name)
      const query = { height: LAST, owner }
      const [{ general, escrow }, active, debonding] = await Promise.all([
        client.staking.account(query),
        client.staking.delegationInfosFor(query),
        client.staking.debondingDelegationInfosFor(query),
      ])
      const worth = { available: general.balance, delegated: 0n, debonding: 0n, received: 0n }
      worth.delegated = sumOf(
        Array.from(active, ([, { delegation, pool }]) => worthOf(delegation.shares, pool)),
      )
      worth.debonding = sumOf(
        Array.from(debonding, ([, infos]) =>
          infos.map(({ delegation, pool }) => worthOf(delegation.shares, pool)),
        ).flat(),
      )
      worth.received = escrow.active.balance
      const total = worth.available + worth.delegated + worth.debonding
      const json = {
        address: printAddress(owner),
        name: book.nameOf(owner),
        total: tokensJson(total, token),
        available: tokensJson(worth.available, token),
        delegated: tokensJson(worth.delegated, token),
        debonding: tokensJson(worth.debonding, token),
        received: tokensJson(worth.received, token),
        nonce: general.nonce,
      }
      const told = (amount: bigint) => (amount === 0n ? undefined : tokensText(amount, token))
      const lines = factLines([
        ['Account', book.print(owner)],
        ['Total', tokensText(total, token)],
        ['Available', tokensText(worth.available, token)],
        ['Delegated', told(worth.delegated)],
        ['On its way back', told(worth.debonding)],
        ['Delegated to it', told(worth.received)],
        ['Transactions', general.nonce],
      ])
      return answer(flags, world, { json, lines })
    }),
})
