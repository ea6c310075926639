import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as oasis from '@oasisprotocol/client'
import * as rt from '@oasisprotocol/client-rt'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { KEY_MANAGER, PARATIMES } from '@wadi/compose/network-paratimes'
import { MNEMONIC } from '@wadi/localnet/accounts'
import { createNetwork, type LocalNetwork, type NetworkNode } from '@wadi/localnet/create-network'
import { nextEpoch } from '@wadi/localnet/next-epoch'
import { callDataContext } from '@wadi/paratime-sdk/authentication/signatureContext'
import { callKeyPairId } from '@wadi/paratime-sdk/frame/callKeys'
import { X25519PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import { checkPublicKey } from '@wadi/runtime-keymanager/signedPublicKey'
import { KeyPairId } from '@wadi/runtime-protocol/enclave-rpc/keys'
import { type Account, accountOf } from './scene.ts'
import { whileSilent } from './testing/silentNode.ts'
import { XmlHttpRequest } from './testing/xmlHttpRequest.ts'

const { accounts, callformat, consensusAccounts, core, token, transaction } = rt
const ENCRYPTED = transaction.CALLFORMAT_ENCRYPTED_X25519DEOXYSII
const { id: runtimeId } = PARATIMES.accounts
/** The whole of a test, however busy the machine is. */
const MS_MAX = 300_000
const GAS = 50_000_000n
const FUNDS = 1_000n
const INVALID_CALL_FORMAT = ['core', core.ERR_INVALID_CALL_FORMAT_CODE]

type CallKey = rt.types.CoreCallDataPublicKeyQueryResponse & { readonly epoch: bigint }
type Sealed = readonly [call: rt.types.Call, meta: unknown]

/** An amount of the native denomination. */
function units(amount: bigint): rt.types.BaseUnits {
  return [oasis.quantity.fromBigInt(amount), token.NATIVE_DENOMINATION]
}

describe('calls that the published @oasisprotocol/client-rt encrypts', () => {
  let network: LocalNetwork
  let node: NetworkNode
  let client: oasis.client.NodeInternal
  let chainContext: string
  let funded: Account
  const to = new Uint8Array(21).fill(0x33, 1)

  before(async () => {
    Object.assign(globalThis, { XMLHttpRequest: XmlHttpRequest })
    const options = { validators: 1, blockMs: 250, epochBlocks: 60, computeNodes: 1, clients: 1 }
    const more = { paratimes: ['accounts'], keyManagers: 1, processes: 'each' } as const
    network = await createNetwork({ ...options, ...more })
    node = network.nodes.find(({ name }) => name === 'client-0')!
    client = new oasis.client.NodeInternal(`http://127.0.0.1:${node.apiPort}`)
    chainContext = await client.consensusGetChainContext()
    const { secretKey } = await oasis.hdkey.HDKey.getAccountSigner(MNEMONIC, 0)
    funded = accountOf({ oasis, client, secretKey })
    // Asked again and again from before there is anything: it answers when there are keys.
    await untilTrue(hasKey)
    await deposit()
  })

  after(async () => {
    Reflect.deleteProperty(globalThis, 'XMLHttpRequest')
    await network.stop()
  })

  async function nextBlock(): Promise<void> {
    for await (const _ of node.client.consensus.watchBlocks()) return
    assert.fail('the node tells no more blocks')
  }

  /** Asks, and again after another block, until it is so. */
  async function untilTrue(isSo: () => Promise<boolean>): Promise<void> {
    while (!(await isSo())) await nextBlock()
  }

  const hasKey = () =>
    callKey().then(
      () => true,
      () => false,
    )

  async function callKey(): Promise<CallKey> {
    const told = await new core.Wrapper(runtimeId).queryCallDataPublicKey().query(client)
    // The types of the client do not know that it says this.
    const { epoch } = told as unknown as { readonly epoch: oasis.types.longnum }
    return { ...told, epoch: BigInt(epoch) }
  }

  async function balanceOf(of: Uint8Array): Promise<bigint> {
    const query = new accounts.Wrapper(runtimeId).queryBalances().setArgs({ address: of })
    const { balances } = await query.query(client)
    const [amount] = [...(balances as Map<Uint8Array, Uint8Array>).values()]
    return amount === undefined ? 0n : oasis.quantity.toBigInt(amount)
  }

  async function deposit(): Promise<void> {
    const { address, signer } = funded
    const { general } = await client.stakingAccount({ height: 0, owner: address })
    const beneficiary = await oasis.staking.addressFromRuntimeID(runtimeId)
    const allow = oasis.staking
      .allowWrapper()
      .setNonce(general?.nonce ?? 0)
      .setFeeAmount(oasis.quantity.fromBigInt(0n))
      .setFeeGas(10_000n)
      .setBody({ beneficiary, negative: false, amount_change: oasis.quantity.fromBigInt(FUNDS) })
    await allow.sign(signer, chainContext)
    await allow.submit(client)
    const call = new consensusAccounts.Wrapper(runtimeId).callDeposit()
    const answer = await send(call.setBody({ amount: units(FUNDS) }).transaction.call)
    assert.deepEqual(answer, { ok: null })
    await untilTrue(async () => (await balanceOf(address)) === FUNDS)
  }

  const transferOf = (amount: bigint) =>
    new accounts.Wrapper(runtimeId).callTransfer().setBody({ to, amount: units(amount) })
      .transaction.call

  /** As client-rt encrypts, with a key of its own; the envelope is given as bytes. */
  async function sealed(call: rt.types.Call): Promise<Sealed> {
    const { public_key: publicKey } = await callKey()
    return callformat.encodeCall(call, ENCRYPTED, { publicKey })
  }

  /** The call as it is sent: what is within it is a value, and not bytes that stand for one. */
  const asSent = (call: rt.types.Call, more: object = {}): rt.types.Call => ({
    ...call,
    body: { ...(oasis.misc.fromCBOR(call.body as Uint8Array) as object), ...more },
  })

  /** What the ParaTime answers to a signed transaction with this call. */
  async function send(call: rt.types.Call, by: Account = funded): Promise<rt.types.CallResult> {
    const { address, publicKey, signer } = by
    const spec = { signature: { ed25519: publicKey } }
    const nonce = await new accounts.Wrapper(runtimeId)
      .queryNonce()
      .setArgs({ address })
      .query(client)
    const wrapper = new rt.wrapper.TransactionWrapper(runtimeId, '')
    Object.assign(wrapper.transaction, { call })
    wrapper.setSignerInfo([{ address_spec: spec, nonce }]).setFeeGas(GAS)
    await wrapper.sign([signer], chainContext)
    const data = oasis.misc.toCBOR(wrapper['unverifiedTransaction'])
    const answer = await client.runtimeClientSubmitTx({ runtime_id: runtimeId, data })
    return oasis.misc.fromCBOR(answer) as rt.types.CallResult
  }

  /** Somebody else, who has nothing. */
  async function stranger(): Promise<Account> {
    const { secretKey } = await oasis.hdkey.HDKey.getAccountSigner(MNEMONIC, 1)
    return accountOf({ oasis, client, secretKey })
  }

  /** As client-rt opens it, which wants the envelope as bytes. */
  function opened({ unknown }: rt.types.CallResult, [, meta]: Sealed): rt.types.CallResult {
    const result = { unknown: oasis.misc.toCBOR(unknown) }
    return callformat.decodeResult(result, ENCRYPTED, meta as never) as rt.types.CallResult
  }

  it('have a key that the key manager has signed', { timeout: MS_MAX }, async () => {
    const { public_key: told, epoch } = await callKey()
    const { rsk } = await node.client.keyManagerSecrets.getStatus({
      id: KEY_MANAGER.id,
      height: 0n,
    })
    const id = callKeyPairId(callDataContext(runtimeId, chainContext), epoch)
    const owner = { runtimeId, keyPairId: KeyPairId.check(id), epoch }
    const key = {
      key: X25519PublicKey.check(told.key),
      checksum: told.checksum,
      signature: RawSignature.check(told.signature),
      expiration: BigInt((told as { readonly expiration?: number | bigint }).expiration ?? 0),
    }
    assert.ok(rsk !== undefined)
    checkPublicKey(key, owner, { rsk, now: epoch })
    const other = { ...owner, epoch: owner.epoch - 1n }
    assert.throws(() => checkPublicKey(key, other, { rsk, now: epoch }))
  })

  it('are executed, and answered so that only it can read it', { timeout: MS_MAX }, async () => {
    const call = await sealed(transferOf(10n))
    const answer = await send(asSent(call[0]))
    assert.deepEqual(Object.keys(answer), ['unknown'])
    assert.deepEqual(opened(answer, call), { ok: null })
    assert.deepEqual([await balanceOf(funded.address), await balanceOf(to)], [FUNDS - 10n, 10n])
    // Somebody else's key opens nothing.
    assert.throws(() =>
      opened(answer, [call[0], { ...(call[1] as object), sk: new Uint8Array(32).fill(1) }]),
    )
  })

  it('are unreadable in the block, beside what is told of them', { timeout: MS_MAX }, async () => {
    const before = await balanceOf(to)
    const call = await sealed(transferOf(11n))
    await send(asSent(call[0]))
    assert.equal(await balanceOf(to), before + 11n)
    const last = await node.client.runtimeClient.getBlock({ runtimeId, round: 2n ** 64n - 1n })
    let found: Uint8Array | undefined
    for (let round = last.header.round; found === undefined; round--)
      [found] = await node.client.runtimeClient.getTransactions({ runtimeId, round })
    for (const text of [toUtf8('accounts.Transfer'), to])
      assert.ok(!toHex(found).includes(toHex(text)), new TextDecoder().decode(found))
    assert.ok(toHex(found).includes(toHex(envelopeOf(call[0]).data)))
  })

  it('that fail say why to it alone', { timeout: MS_MAX }, async () => {
    const call = await sealed(transferOf(10n ** 12n))
    const answer = await send(asSent(call[0]))
    assert.deepEqual(Object.keys(answer), ['unknown'])
    const { module, code } = opened(answer, call).fail!
    assert.deepEqual([module, code], ['accounts', accounts.ERR_INSUFFICIENT_BALANCE_CODE])
  })

  it('leave calls in the clear as they are', { timeout: MS_MAX }, async () => {
    const before = await balanceOf(to)
    assert.deepEqual(await send(transferOf(7n)), { ok: null })
    assert.equal(await balanceOf(to), before + 7n)
    const { fail } = await send(transferOf(10n ** 12n))
    assert.deepEqual(
      [fail?.module, fail?.code],
      ['accounts', accounts.ERR_INSUFFICIENT_BALANCE_CODE],
    )
  })

  it('are good with the key of the epoch before, and with that of one that is named', {
    timeout: MS_MAX,
  }, async () => {
    const before = await balanceOf(to)
    const { epoch } = await callKey()
    const unnamed = await sealed(transferOf(1n))
    const named = await sealed(transferOf(2n))
    await nextEpoch(network.nodes[0]!)
    await untilTrue(async () => (await callKey()).epoch > epoch)
    assert.deepEqual(opened(await send(asSent(unnamed[0])), unnamed), { ok: null })
    assert.deepEqual(opened(await send(asSent(named[0], { epoch })), named), { ok: null })
    assert.equal(await balanceOf(to), before + 3n)
    await nextEpoch(network.nodes[0]!)
    await untilTrue(async () => (await callKey()).epoch > epoch + 1n)
    const { fail } = await send(asSent(unnamed[0]))
    assert.deepEqual([fail?.module, fail?.code], INVALID_CALL_FORMAT)
    assert.deepEqual(opened(await send(asSent(named[0], { epoch })), named), { ok: null })
  })

  describe('Bad input: envelopes on a network', () => {
    it('are refused by their code, and the next call goes on', { timeout: MS_MAX }, async () => {
      const before = await balanceOf(to)
      const [call] = await sealed(transferOf(1n))
      const { epoch } = await callKey()
      const { data, nonce } = envelopeOf(call)
      const wrong: readonly (readonly [call: rt.types.Call, why: RegExp])[] = [
        // What encodeCall gives, untouched: bytes where the envelope should be.
        [call, /bad call envelope/],
        [asSent(call, { pk: new Uint8Array(31) }), /bad call envelope/],
        [asSent(call, { nonce: new Uint8Array(16) }), /bad call envelope/],
        [{ ...asSent(call), method: 'accounts.Transfer' }, /non-empty method/],
        [asSent(call, { data: data.subarray(0, 15) }), /complete tag/],
        [
          asSent(call, { data: data.map((byte, i) => (i === 3 ? byte ^ 1 : byte)) }),
          /verification/,
        ],
        [asSent(call, { nonce: nonce.map((byte) => byte ^ 1) }), /verification/],
        [asSent(call, { pk: new Uint8Array(32) }), /verification/],
        [asSent(call, { epoch: epoch + 1n }), /epoch in the future/],
        [asSent(call, { epoch: 2n ** 64n - 1n }), /epoch in the future/],
      ]
      for (const [sent, why] of wrong) {
        const said = await refusalOf(send(sent))
        assert.match(said, /module: core code: 18 message: .*invalid call format: /)
        assert.match(said, why)
      }
      assert.equal(await balanceOf(to), before)
      const good = await sealed(transferOf(4n))
      assert.deepEqual(opened(await send(asSent(good[0])), good), { ok: null })
      assert.deepEqual(await send(transferOf(5n)), { ok: null })
      assert.equal(await balanceOf(to), before + 9n)
    })
  })

  it('wait while the key manager is silent, nobody else does, and they are executed after', {
    timeout: MS_MAX,
  }, async () => {
    const before = await balanceOf(to)
    const { epoch: last } = await callKey()
    await nextEpoch(network.nodes[0]!)
    // Only the node that is asked has asked for a key of this epoch, and that is the public one.
    await untilTrue(async () => (await callKey()).epoch > last)
    const { epoch } = await callKey()
    const call = await sealed(transferOf(3n))
    const keyManager = network.nodes.find(({ name }) => name === 'keymanager-0')!
    let isAnswered = false
    const { answered } = await whileSilent(keyManager, async () => {
      const sent = send(asSent(call[0], { epoch })).finally(() => {
        isAnswered = true
      })
      const other = await stranger()
      for (let i = 0; i < 3; i++) assert.deepEqual(await send(transferOf(0n), other), { ok: null })
      assert.equal(isAnswered, false)
      assert.equal(await balanceOf(to), before)
      return { answered: sent }
    })
    const answer = await answered
    assert.deepEqual(Object.keys(answer), ['unknown'], `${answer.fail?.message}`)
    assert.deepEqual(opened(answer, call), { ok: null })
    assert.equal(await balanceOf(to), before + 3n)
  })

  it('wait while the key manager is away, and are answered when it has no key for them', {
    timeout: MS_MAX,
  }, async () => {
    const before = await balanceOf(to)
    const call = await sealed(transferOf(1n))
    await network.stopNode('keymanager-0')
    // Of this epoch nobody has a key yet: it is not known whether it could be opened.
    const epoch = await nextEpoch(network.nodes[0]!)
    let isAnswered = false
    const answered = send(asSent(call[0], { epoch })).finally(() => {
      isAnswered = true
    })
    const other = await stranger()
    for (let i = 0; i < 3; i++) assert.deepEqual(await send(transferOf(0n), other), { ok: null })
    assert.equal(isAnswered, false)
    await network.startNode('keymanager-0')
    const { fail } = await answered
    assert.deepEqual([fail?.module, fail?.code], INVALID_CALL_FORMAT)
    await untilTrue(hasKey)
    const again = await sealed(transferOf(2n))
    assert.deepEqual(opened(await send(asSent(again[0])), again), { ok: null })
    assert.equal(await balanceOf(to), before + 2n)
  })
})

/** Why it failed: in its result, or before it got into a round. */
async function refusalOf(sent: Promise<rt.types.CallResult>): Promise<string> {
  try {
    const { module, code, message } = (await sent).fail ?? {}
    return `module: ${module} code: ${code} message: ${message}`
  } catch (error) {
    return `${error}`
  }
}

function envelopeOf({ body }: rt.types.Call) {
  return oasis.misc.fromCBOR(body as Uint8Array) as {
    readonly data: Uint8Array
    readonly nonce: Uint8Array
  }
}
