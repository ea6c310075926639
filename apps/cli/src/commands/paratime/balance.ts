import { toHex } from '@wadi/base/bytes'
import { printAddress } from '@wadi/primitives/address'
import { queryParatime } from '@wadi/sdk/paratime-queries'
import { AddressBook } from '../../accounts/addressBook.ts'
import { answer } from '../../command/answer.ts'
import { WHICH_PARATIME, WHO, WHOSE } from '../../command/explanations.ts'
import { operandsOf } from '../../command/operands.ts'
import { wadiCommand } from '../../command/wadiCommand.ts'
import { LAST, type Network, withNetwork } from '../../network/withNetwork.ts'
import { paratimeText } from '../../paratimes/findParatime.ts'
import { keyFlags, paratimeAccount } from '../../paratimes/paratimeAccount.ts'
import { openPlace, type ParatimePlace, paratimeAddress } from '../../paratimes/paratimePlace.ts'
import { factLines } from '../../words/lines.ts'
import { tokensJson, tokensText } from '../../words/tokens.ts'

/** What an account has in both places. */
async function holdingsOf({ desk, network, denomination }: ParatimePlace, address: Uint8Array) {
  const owner = address as Parameters<typeof printAddress>[0]
  const [{ balances }, nonce, delegations, undelegations, account] = await Promise.all([
    queryParatime(desk, 'accounts.Balances', { address: owner }),
    queryParatime(desk, 'accounts.Nonce', { address: owner }),
    queryParatime(desk, 'consensus.Delegations', { from: owner }),
    queryParatime(desk, 'consensus.Undelegations', { to: owner }),
    network.client.staking.account({ height: LAST, owner }),
  ])
  const isMain = (name: Uint8Array) => toHex(name) === toHex(denomination)
  const others = [...balances].filter(([name]) => !isMain(name))
  const { general } = account
  return {
    balance: balances.get(denomination) ?? 0n,
    others,
    nonce,
    delegations,
    undelegations,
    general,
  }
}

/** A denomination that is not the token of the network. */
function nameOf(denomination: Uint8Array): string {
  const text = new TextDecoder().decode(denomination)
  return text === '' ? '(native)' : text
}

/** `wadi paratime balance`. */
export const balance = wadiCommand({
  name: 'balance',
  summary: 'show what an account has in a ParaTime, and beside it',
  details: [
    ...WHICH_PARATIME,
    ...WHO,
    ...WHOSE,
    'Accounts may also be addresses on Ethereum (0x…).',
  ],
  asks: 'unproved',
  examples: ['wadi paratime balance accounts test:0'],
  operands: '<paratime> [account]',
  options: keyFlags,
  run({ flags, operands }, world) {
    const show = async (network: Network) => {
      const [text, name] = operandsOf(operands, 'paratime', 'account?')
      const book = await AddressBook.open(network, world)
      const owner =
        name === undefined
          ? paratimeAccount(book, { ...flags, account: '' }, world.random).address
          : paratimeAddress(book, name)
      const place = await openPlace(network, text)
      const { token, paratime } = place
      const held = await holdingsOf(place, owner)
      const json = {
        address: printAddress(owner),
        paratime: paratime.id,
        balance: tokensJson(held.balance, token),
        others: held.others.map(([denomination, amount]) => ({
          denomination: nameOf(denomination),
          base_units: amount.toString(),
        })),
        nonce: held.nonce,
        delegations: held.delegations.map(({ to, shares }) => ({
          validator: printAddress(to),
          shares: shares.toString(),
        })),
        undelegations: held.undelegations.map(({ from, epoch, shares }) => ({
          validator: printAddress(from),
          epoch,
          shares: shares.toString(),
        })),
        consensus: tokensJson(held.general.balance, network.token),
      }
      const lines = factLines([
        ['Account', book.print(owner)],
        ['ParaTime', paratimeText(paratime)],
        ['In the ParaTime', tokensText(held.balance, token)],
        ...held.others.map(([each, amount]) => ['', `${amount} ${nameOf(each)}`] as const),
        ...held.delegations.map(
          ({ to, shares }) => ['Delegated', `${shares} shares of ${book.print(to)}`] as const,
        ),
        ...held.undelegations.map(
          ({ from, epoch, shares }) =>
            [
              'On its way back',
              `${shares} shares of ${book.print(from)}, in epoch ${epoch}`,
            ] as const,
        ),
        ['Transactions there', held.nonce],
        ['Beside it', tokensText(held.general.balance, network.token)],
      ])
      return answer(flags, world, { json, lines })
    }
    return withNetwork(flags, world, show, 'paratimes')
  },
})
