import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeRust, encode, encodeRust, make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { RoundResults } from '@wadi/consensus/roothash'
import { Header } from '@wadi/consensus/roothash/block'
import { AddEscrowResult } from '@wadi/consensus/staking/methods'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'
import { transactionContext } from '@wadi/paratime-sdk/authentication/signatureContext'
import { ed25519Signer, signTransaction } from '@wadi/paratime-sdk/authentication/signTransaction'
import { unit } from '@wadi/paratime-sdk/codec'
import { AccountBalances, BalancesQuery, Transfer } from '@wadi/paratime-sdk/modules/accounts/types'
import { Delegate, Move } from '@wadi/paratime-sdk/modules/consensus-accounts/types'
import { CallDataPublicKey } from '@wadi/paratime-sdk/modules/core/types'
import { withKeyManager } from '@wadi/paratime-sdk/testing/chain'
import { NATIVE, native } from '@wadi/paratime-sdk/types/token'
import { addressOf, CallResult, type Transaction } from '@wadi/paratime-sdk/types/transaction'
import type { Address } from '@wadi/primitives/address'
import { namespace } from '@wadi/primitives/namespace'
import { X25519PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { type RuntimeKeys, SignedPublicKey } from '@wadi/runtime-protocol/enclave-rpc/keys'
import type { RuntimeContext } from '@wadi/runtime-protocol/runtime'
import { accountsRuntime } from './accountsRuntime.ts'

const runtimeId = namespace(new Uint8Array(24), { isTest: true })
const chainContext = 'cd'.repeat(32)
const arena = new Arena()
const options = { namespace: runtimeId, type: ROOT_TYPE_STATE } as const

function personOf(seed: number) {
  const signer = ed25519Signer(new Uint8Array(32).fill(seed))
  const addressSpec = { kind: 'signature', body: signer.publicKey } as never
  return { signer, addressSpec, address: addressOf({ addressSpec, nonce: 0n }) }
}

const alice = personOf(1)
const bob = personOf(2)

const context: RuntimeContext = {
  runtimeId,
  host: { chainContext, localConfig: keyedMap(text, []) },
  header: make(Header, { namespace: runtimeId }),
  epoch: 1n as never,
  maxMessages: 128,
  consensusHeight: 5n,
  consensus: createTree(arena, options),
  ask: () => assert.fail('nothing is asked'),
}

/** A chain of rounds, with what the consensus layer made of the messages of the last one. */
function newChain() {
  const state = createTree(arena, options)
  const nonces = new Map<unknown, bigint>()
  return {
    call(person: typeof alice, method: string, body: Uint8Array) {
      const nonce = nonces.get(person) ?? 0n
      nonces.set(person, nonce + 1n)
      const fee = { amount: native(0n), gas: 20_000_000n, consensusMessages: 1, proxy: undefined }
      const transaction: Transaction = {
        version: 1,
        call: { format: 0, method, body, readOnly: false },
        authInfo: {
          signerInfo: [{ addressSpec: person.addressSpec, nonce }],
          fee,
          notBefore: undefined,
          notAfter: undefined,
        },
      }
      const input = signTransaction(transactionContext(runtimeId, chainContext), transaction, [
        person.signer,
      ])
      assert.equal(accountsRuntime.check(context, state, [input])[0]!.error.code, 0)
      return this.round([input])
    },
    round(inputs: readonly Uint8Array[], results: Partial<RoundResults> = {}) {
      const roundResults = make(RoundResults, results)
      const mode = 'execute'
      const batch = { mode, inputs, inMessages: [], roundResults } as const
      const { transactions, messages } = accountsRuntime.execute(context, state, batch)
      for (const { output } of transactions) assert.equal(decodeRust(CallResult, output).kind, 'ok')
      return messages[0]?.staking
    },
    balanceOf(address: Address): bigint {
      const query = { method: 'accounts.Balances', args: encodeRust(BalancesQuery, { address }) }
      const answer = accountsRuntime.query(context, state, query)
      return decodeRust(AccountBalances, answer).balances.get(NATIVE) ?? 0n
    },
  }
}

const NOTHING: Uint8Array = Uint8Array.of(0xf6)
const went = (result = NOTHING, code = 0) => ({
  messages: [{ module: code === 0 ? '' : 'staking', code, index: 0, result }],
})

describe('the ParaTime of accounts', () => {
  it('tells the key of encrypted calls if it has a key manager, and opens none otherwise', () => {
    const signed = make(SignedPublicKey, { key: X25519PublicKey.check(new Uint8Array(32).fill(9)) })
    const keys: RuntimeKeys = { keyPair: () => assert.fail(), publicKey: () => signed }
    const state = createTree(arena, options)
    const query = { method: 'core.CallDataPublicKey', args: encodeRust(unit, undefined) }
    const asked = (where: Partial<RuntimeContext>) =>
      accountsRuntime.query({ ...context, keys, ...where }, state, query)
    const told = decodeRust(CallDataPublicKey, asked(withKeyManager()))
    assert.deepEqual(told, { publicKey: signed, epoch: 1n })
    assert.throws(() => asked({}), { module: 'core', code: 10 })
  })

  it('takes deposits, moves them, delegates them, and gives them back', () => {
    const chain = newChain()
    const amount = native(1_000n)
    const move = encodeRust(Move, { to: undefined, amount })
    const taken = chain.call(alice, 'consensus.Deposit', move)
    assert.deepEqual(taken!.withdraw, { from: alice.address, amount: 1_000n })
    chain.round([], went())
    assert.equal(chain.balanceOf(alice.address), 1_000n)

    const transfer = encodeRust(Transfer, { to: bob.address, amount: native(300n) })
    chain.call(alice, 'accounts.Transfer', transfer)
    assert.equal(chain.balanceOf(bob.address), 300n)

    const delegate = { to: bob.address, amount: native(200n), receipt: 0n }
    chain.call(alice, 'consensus.Delegate', encodeRust(Delegate, delegate))
    const shares = make(AddEscrowResult, { newShares: quantity(200n) })
    chain.round([], went(encode(AddEscrowResult, shares)))
    assert.equal(chain.balanceOf(alice.address), 500n)

    const back = encodeRust(Move, { to: undefined, amount: native(500n) })
    const given = chain.call(alice, 'consensus.Withdraw', back)
    assert.deepEqual(given!.transfer, { to: alice.address, amount: 500n })
    assert.equal(chain.balanceOf(alice.address), 0n)
    chain.round([], went(NOTHING, 5))
    assert.equal(chain.balanceOf(alice.address), 500n)
  })
})
