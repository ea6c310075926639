import { toBase64 } from '@wadi/base/bytes'
import type { CommissionSchedule } from '@wadi/consensus/staking'
import { fractionText, rateText } from '@wadi/node/amounts'
import { printAddress, stakingAddress } from '@wadi/primitives/address'
import { type Quantity, ZERO } from '@wadi/primitives/quantity'
import { AddressBook } from '../accounts/addressBook.ts'
import { answer } from '../command/answer.ts'
import { operandsOf } from '../command/operands.ts'
import { wadiCommand } from '../command/wadiCommand.ts'
import { LAST, type Network, withNetwork } from '../network/withNetwork.ts'
import { tableLines } from '../words/lines.ts'
import { tokensJson, tokensText } from '../words/tokens.ts'

const PERCENT_DECIMALS = 2
const WHOLE = 10_000n

/** What a validator keeps of rewards in an epoch. */
function rateAt({ rates }: CommissionSchedule, epoch: bigint): Quantity {
  return rates.findLast(({ start }) => start <= epoch)?.rate ?? ZERO
}

async function validatorsOf({ client }: Network) {
  const [validators, epoch] = await Promise.all([
    client.scheduler.getValidators(LAST),
    client.beacon.getEpoch(LAST),
  ])
  const total = validators.reduce((sum, { votingPower }) => sum + votingPower, 0n)
  const all = await Promise.all(
    validators.map(async ({ id, entityId, votingPower }) => {
      const address = stakingAddress(entityId)
      const { escrow } = await client.staking.account({ height: LAST, owner: address })
      const share = total === 0n ? 0n : (votingPower * WHOLE) / total
      const rate = rateAt(escrow.commissionSchedule, epoch)
      return { id, address, votingPower, share, stake: escrow.active.balance, rate }
    }),
  )
  return all.sort(
    (a, b) =>
      Number(b.votingPower - a.votingPower) ||
      (printAddress(a.address) < printAddress(b.address) ? -1 : 1),
  )
}

/** `wadi validators`. */
export const validators = wadiCommand({
  name: 'validators',
  summary: 'list who decides about blocks, and what they keep of rewards',
  details: [
    'POWER is the votes of a validator, by its stake. COMMISSION is the part of the rewards of those who',
    'delegate to it that it keeps.',
  ],
  examples: ['wadi validators'],
  options: {},
  run: ({ flags, operands }, world) =>
    withNetwork(flags, world, async (network) => {
      operandsOf(operands)
      const { token } = network
      const all = await validatorsOf(network)
      const book = await AddressBook.open(network, world)
      const json = {
        validators: all.map(({ id, address, votingPower, share, stake, rate }) => ({
          address: printAddress(address),
          name: book.nameOf(address),
          node: toBase64(id),
          voting_power: votingPower,
          share_percent: fractionText(share, PERCENT_DECIMALS),
          stake: tokensJson(stake, token),
          commission_percent: rateText(rate).slice(0, -1),
        })),
      }
      const rows = all.map(({ address, votingPower, share, stake, rate }) => [
        book.print(address),
        `${votingPower}`,
        `${fractionText(share, PERCENT_DECIMALS)}%`,
        tokensText(stake, token),
        rateText(rate),
      ])
      const head = ['VALIDATOR', 'POWER', 'SHARE', 'STAKE', 'COMMISSION']
      return answer(flags, world, { json, lines: tableLines(head, rows, 'There are none.') })
    }),
})
