import { encode } from '@wadi/cbor/codec'
import { Allow } from '@wadi/consensus/staking/methods'
import { Deposited, Move } from '@wadi/paratime-sdk/modules/consensus-accounts/types'
import { type Address, printAddress, runtimeAddress } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import { paratimeCall } from '@wadi/sdk/prepare-paratime-transaction'
import { sendTransaction } from '@wadi/sdk/send-transaction'
import { AMOUNT } from '../../command/explanations.ts'
import { operandsOf } from '../../command/operands.ts'
import { errors } from '../../errors.ts'
import { LAST } from '../../network/withNetwork.ts'
import { paratimeCommand } from '../../paratimes/paratimeCommand.ts'
import { paratimeAddress, unitsOf } from '../../paratimes/paratimePlace.ts'
import type { ParatimeSender } from '../../paratimes/sendParatime.ts'
import { parseSomeTokens, parseTokens, tokensJson, tokensText } from '../../words/tokens.ts'

/** What of the amount the ParaTime may not take yet, in base units of the consensus layer. */
async function lackingAllowance(
  { place, account }: ParatimeSender,
  amount: bigint,
  beneficiary: Address,
): Promise<bigint> {
  const { client } = place.network
  const query = { height: LAST, owner: account.address, beneficiary }
  const allowed = await client.staking.allowance(query)
  return amount > allowed ? amount - allowed : 0n
}

/** Allows the ParaTime to take it: a transaction of the consensus layer. */
async function allow(
  { place, account, world, flags }: ParatimeSender,
  beneficiary: Address,
  amount: bigint,
): Promise<void> {
  const [signer] = await account.unlock()
  if (account.addressSpec.kind !== 'signature' || signer?.publicKey.kind !== 'ed25519')
    throw errors.badValue('deposits come from an account of the consensus layer; give --account')
  const { client, chainContext, token } = place.network
  const body = encode(Allow, { beneficiary, negative: false, amountChange: quantity(amount) })
  const own = { publicKey: signer.publicKey.body, sign: signer.sign.bind(signer) }
  const sender = { client, chainContext, signer: own }
  const choices = { timeoutMs: flags.timeout, feeMax: parseTokens('1', token) }
  const sending = sendTransaction(sender, { method: 'staking.Allow', body }, choices)
  await world.progress.during('Waiting for a block that lets the ParaTime take it', sending)
}

/** `wadi paratime deposit`. */
export const deposit = paratimeCommand({
  name: 'deposit',
  summary: 'take tokens of the consensus layer into a ParaTime',
  details: [
    AMOUNT,
    'The ParaTime withdraws them from the account. If it is not allowed to take so much, that is',
    'allowed first, by a transaction of its own.',
  ],
  examples: ['wadi paratime deposit accounts 10 --account test:0'],
  operands: '<paratime> <amount>',
  options: {
    to: {
      kind: 'text',
      doc: 'the account in the ParaTime that gets them; that of whoever signs unless given',
      fallback: '',
      word: 'account',
    },
  },
  async order({ operands, flags }, sender) {
    const { place, book, account } = sender
    const [, text] = operandsOf(operands, 'paratime', 'amount')
    const amount = parseSomeTokens(text, place.network.token)
    const to = flags.to === '' ? account.address : paratimeAddress(book, flags.to)
    const beneficiary = runtimeAddress(place.desk.runtimeId)
    const lacking = await lackingAllowance(sender, amount, beneficiary)
    const units = unitsOf(place, amount * place.scale)
    return {
      call: paratimeCall('consensus.Deposit', Move, { to, amount: units }),
      // Who deposits first has nothing yet to pay with. An encrypted one is not exempt: nobody sees
      // that it is one.
      ...(!flags.encrypted && { choices: { gasPrice: 0n } }),
      outcome: { kind: Deposited, caller: 'from' },
      ...(lacking > 0n && { before: () => allow(sender, beneficiary, lacking) }),
      facts: [
        ['Deposit', tokensText(amount, place.network.token)],
        ['To', book.print(to)],
        ...(lacking > 0n
          ? [['Allowed first', tokensText(lacking, place.network.token)] as const]
          : []),
      ],
      json: { to: printAddress(to), amount: tokensJson(amount, place.network.token) },
    }
  },
})
