/** `oversized`: transactions that are valid but for their size. */

import { CodedError } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import { bytes } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { errors as consensusErrors } from '@wadi/consensus/consensus/errors'
import { Address } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import { check, errors } from '../errors.ts'
import { drawFiller, drawSigner } from '../randomChoice.ts'
import { addressOf } from '../transactionSender.ts'
import type { Workload } from '../workload.ts'

const LAST = 0n
/** Beside what the bytes cost. */
const GAS = 10_000n
const GAS_OF_BYTE = 'tx_byte'
const PAUSE_MS = 1_000

/** A transfer to oneself that carries something. */
const Loaded = struct({ to: Address, data: bytes })

/** See the top of this file. */
export const oversizedWorkload: Workload = {
  needsFunds: true,
  async run({ client, sender, funds, random, goesOn }) {
    const signer = drawSigner(random)
    const to = addressOf(signer)
    const { parameters } = await client.consensus.getParameters(LAST)
    const { maxTxSize, gasCosts } = parameters
    check(maxTxSize > 0n, () => 'the network has no limit for the size of transactions')
    const gas = GAS + maxTxSize * (gasCosts.get(GAS_OF_BYTE) ?? 0n)
    const amount = sender.feeFor(gas)
    const tooLarge = consensusErrors.oversizedTx()
    do {
      if (amount > 0n) await sender.transfer(funds, to, amount)
      const body = encode(Loaded, { to, data: drawFiller(random, Number(maxTxSize)) })
      const fee = { amount: quantity(amount), gas }
      const transaction = { nonce: 0n, method: 'staking.Transfer', body, fee }
      const refusal = await sender.attempt(signer, transaction)
      if (refusal === undefined) throw errors.notRefused('a transaction above the size limit')
      const isTold =
        refusal instanceof CodedError &&
        refusal.module === tooLarge.module &&
        refusal.code === tooLarge.code
      if (!isTold) throw refusal
    } while (await goesOn(PAUSE_MS))
  },
}
