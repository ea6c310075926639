import { equalBytes } from '@wadi/base/bytes'
import type { DelegationInfo } from '@wadi/consensus/staking/api'
import { type Address, printAddress } from '@wadi/primitives/address'
import { type Quantity, ZERO } from '@wadi/primitives/quantity'
import { methodCall } from '@wadi/sdk/method-call'
import { VALIDATOR } from '../../command/explanations.ts'
import { operandsOf } from '../../command/operands.ts'
import { errors } from '../../errors.ts'
import { LAST } from '../../network/withNetwork.ts'
import type { Sender } from '../../sending/send.ts'
import { sendCommand } from '../../sending/sendCommand.ts'
import { sharesFor, worthOf } from '../../words/escrow.ts'
import { parseSomeTokens, tokensJson, tokensText } from '../../words/tokens.ts'

const ALL = 'all'

async function delegationTo(sender: Sender, validator: Address): Promise<DelegationInfo> {
  const { network, account, book } = sender
  const query = { height: LAST, owner: account.address }
  for (const [address, info] of await network.client.staking.delegationInfosFor(query))
    if (equalBytes(address, validator)) return info
  throw errors.tooLittle(
    `${account.name} has delegated nothing to ${book.print(validator)}; see wadi stake list`,
  )
}

/** How many shares an amount is; all of them, if they are worth no more. */
function sharesOf(sender: Sender, text: string, { delegation, pool }: DelegationInfo): Quantity {
  const { network, account } = sender
  if (text === ALL) return delegation.shares
  const amount = parseSomeTokens(text, network.token)
  const worth = worthOf(delegation.shares, pool)
  if (amount > worth)
    throw errors.tooLittle(
      `${account.name} has ${tokensText(worth, network.token)} there, less than ${text}; take less, or all`,
    )
  const shares = sharesFor(amount, pool)
  return shares > delegation.shares ? delegation.shares : shares
}

/** `wadi stake undelegate`. */
export const undelegate = sendCommand({
  name: 'undelegate',
  summary: 'begin to take tokens back from a validator',
  details: [
    'The amount is in tokens, such as 25 or 0.5, or "all". They are paid out some epochs later.',
    ...VALIDATOR,
  ],
  examples: ['wadi stake undelegate 5 oasis1qrad7…', 'wadi stake undelegate all oasis1qrad7…'],
  operands: '<amount or all> <validator>',
  options: {},
  async order({ operands }, sender) {
    const { network, book } = sender
    const [text, name] = operandsOf(operands, 'amount or all', 'validator')
    const account = book.addressOf(name)
    const info = await delegationTo(sender, account)
    const shares = sharesOf(sender, text, info)
    const amount = worthOf(shares, info.pool)
    const { debondingInterval } = await network.client.staking.consensusParameters(LAST)
    return {
      call: methodCall('staking.ReclaimEscrow', { account, shares }),
      spends: ZERO,
      facts: [
        ['Undelegate', `${tokensText(amount, network.token)} (${shares} shares)`],
        ['Of', book.print(account)],
        ['Paid out', `after ${debondingInterval} epochs, for what it is worth then`],
      ],
      json: {
        of: printAddress(account),
        shares: shares.toString(),
        amount: tokensJson(amount, network.token),
        debonding_epochs: debondingInterval,
      },
    }
  },
})
