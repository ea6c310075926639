import { type Address, printAddress } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import { AddressBook } from '../../accounts/addressBook.ts'
import { answer } from '../../command/answer.ts'
import { WHO, WHOSE } from '../../command/explanations.ts'
import { operandsOf } from '../../command/operands.ts'
import { wadiCommand } from '../../command/wadiCommand.ts'
import { LAST, type Network, withNetwork } from '../../network/withNetwork.ts'
import { worthOf } from '../../words/escrow.ts'
import { tableLines } from '../../words/lines.ts'
import { tokensJson, tokensText } from '../../words/tokens.ts'

/** A delegation; with the epoch of its end if it is being paid out. */
interface Delegated {
  readonly to: Address
  readonly shares: bigint
  readonly worth: bigint
  readonly endEpoch?: bigint
}

async function delegatedBy({ client }: Network, owner: Address): Promise<readonly Delegated[]> {
  const query = { height: LAST, owner }
  const [active, debonding] = await Promise.all([
    client.staking.delegationInfosFor(query),
    client.staking.debondingDelegationInfosFor(query),
  ])
  const going = Array.from(debonding, ([to, infos]) =>
    infos.map(({ delegation: { shares, debondEnd }, pool }) => ({
      to,
      shares,
      worth: worthOf(shares, pool),
      endEpoch: debondEnd,
    })),
  )
  const staying = Array.from(active, ([to, { delegation, pool }]) => ({
    to,
    shares: delegation.shares,
    worth: worthOf(delegation.shares, pool),
  }))
  return [...staying, ...going.flat()]
}

/** `wadi stake list`. */
export const list = wadiCommand({
  name: 'list',
  summary: 'list what an account has delegated, and what is on its way back',
  details: [...WHO, ...WHOSE],
  examples: ['wadi stake list alice'],
  operands: '[account]',
  options: {},
  run: ({ flags, operands }, world) =>
    withNetwork(flags, world, async (network) => {
      const { token } = network
      const [name] = operandsOf(operands, 'account?')
      const book = await AddressBook.open(network, world)
      const owner = name === undefined ? book.own('').address : book.addressOf(name)
      const all = await delegatedBy(network, owner)
      const json = {
        address: printAddress(owner),
        delegations: all.map(({ to, shares, worth, endEpoch }) => ({
          to: printAddress(to),
          shares: shares.toString(),
          amount: tokensJson(worth, token),
          state: endEpoch === undefined ? 'active' : 'debonding',
          end_epoch: endEpoch,
        })),
      }
      const rows = all.map(({ to, shares, worth, endEpoch }) => [
        tokensText(quantity(worth), token),
        shares.toString(),
        endEpoch === undefined ? 'delegated' : `back in epoch ${endEpoch}`,
        book.print(to),
      ])
      const none = `${book.print(owner)} has delegated nothing.`
      const lines = tableLines(['AMOUNT', 'SHARES', 'STATE', 'TO'], rows, none)
      return answer(flags, world, { json, lines })
    }),
})
