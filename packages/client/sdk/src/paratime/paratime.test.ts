import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Transfer, Transferred } from '@wadi/paratime-sdk/modules/accounts/types'
import { chainContext, runtimeId } from '@wadi/paratime-sdk/testing/chain'
import { alice, bob, dave, frank, together } from '@wadi/paratime-sdk/testing/keys'
import { NATIVE, native } from '@wadi/paratime-sdk/types/token'
import type { AddressSpec } from '@wadi/paratime-sdk/types/transaction'
import { servedParatime } from '../compliance/servedParatime.ts'
import { awaitEvent } from './awaitEvent.ts'
import { type ParatimeDesk, queryParatime } from './paratimeQueries.ts'
import {
  type ParatimeChoices,
  paratimeCall,
  prepareParatimeTransaction,
} from './prepareParatimeTransaction.ts'
import {
  type ParatimeSigner,
  signParatimeTransaction,
  submitParatimeTransaction,
} from './submitParatimeTransaction.ts'

describe('a client of a ParaTime', () => {
  const transfer = paratimeCall('accounts.Transfer', Transfer, {
    to: bob.address,
    amount: native(5n),
  })
  const send = async (
    desk: ParatimeDesk,
    addressSpec: AddressSpec,
    signers: readonly ParatimeSigner[],
    choices: ParatimeChoices = {},
  ) => {
    const prepared = await prepareParatimeTransaction(desk, addressSpec, transfer, choices)
    const data = await signParatimeTransaction({ runtimeId, chainContext }, prepared, signers)
    return { prepared, sent: await submitParatimeTransaction(desk, data) }
  }

  it('asks for nonce, gas and price, and sends with keys of every kind', async () => {
    const { chain, desk } = servedParatime()
    for (const { addressSpec, signer } of [alice, dave, frank])
      await send(desk, addressSpec, [signer])
    await send(desk, together.addressSpec, [alice.signer, bob.signer])
    const before = chain.balanceOf(bob.address)
    const { prepared } = await send(desk, alice.addressSpec, [alice.signer])
    assert.equal(prepared.authInfo.signerInfo[0]?.nonce, 1n)
    assert.ok(prepared.authInfo.fee.gas > 0n)
    assert.equal(chain.balanceOf(bob.address), before + 5n)
    const { balances } = await queryParatime(desk, 'accounts.Balances', { address: bob.address })
    assert.equal(balances.get(NATIVE), before + 5n)
  })

  it('waits for a signature that takes its time', async () => {
    const { desk } = servedParatime()
    const slow: ParatimeSigner = {
      publicKey: alice.signer.publicKey,
      sign: (context, body) => Promise.resolve(alice.signer.sign(context, body)),
    }
    assert.equal((await send(desk, alice.addressSpec, [slow])).sent.round, 2n)
  })

  it('hears what the ParaTime refuses, with its module and code', async () => {
    const { desk } = servedParatime()
    await send(desk, alice.addressSpec, [alice.signer])
    await assert.rejects(send(desk, alice.addressSpec, [alice.signer], { nonce: 0n }), {
      module: 'core',
      code: 4,
    })
    const call = paratimeCall('accounts.Transfer', Transfer, {
      to: bob.address,
      amount: native(10n ** 12n),
    })
    const poor = await prepareParatimeTransaction(desk, alice.addressSpec, call, { gas: 9_000n })
    const data = await signParatimeTransaction({ runtimeId, chainContext }, poor, [alice.signer])
    await assert.rejects(submitParatimeTransaction(desk, data), { module: 'accounts', code: 2 })
  })

  it('finds what was told in a round, and says if the node tells no more', async () => {
    const { desk } = servedParatime()
    await send(desk, alice.addressSpec, [alice.signer])
    const awaited = { kind: Transferred, from: 1n }
    const found = await awaitEvent(desk, { ...awaited, isIt: ({ amount }) => amount.amount === 5n })
    assert.equal(found.round, 2n)
    await assert.rejects(awaitEvent(desk, { ...awaited, isIt: () => false }), {
      reason: 'paratime.noEvent',
    })
  })
})
