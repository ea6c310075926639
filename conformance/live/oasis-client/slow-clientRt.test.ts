import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as oasis from '@oasisprotocol/client'
import * as rt from '@oasisprotocol/client-rt'
import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import { decodeRpc, encode } from '@wadi/cbor/codec'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import { processClock } from '@wadi/compose/process-world'
import { Channel } from '@wadi/grpc/channel'
import { MNEMONIC } from '@wadi/localnet/accounts'
import { createNetwork, type LocalNetwork, type NetworkNode } from '@wadi/localnet/create-network'
import { ROOT_TYPE_IO, ROOT_TYPE_STATE, type WriteLog } from '@wadi/mkvs/roots'
import { verifyGet } from '@wadi/mkvs/verifyProof'
import { EMPTY_HASH, Hash } from '@wadi/primitives/hash'
import { treeCalls, treeStreams, workerCalls } from '@wadi/runtime-protocol/client/storageApi'
import { expectStatus } from './expectation.ts'
import { accountOf } from './scene.ts'
import { takeUntil } from './streamed.ts'
import { XmlHttpRequest } from './testing/xmlHttpRequest.ts'

const { accounts, consensusAccounts, core, rewards, token } = rt
const { id: runtimeId } = PARATIMES.accounts
/** The whole of a test, however busy the machine is. */
const MS_MAX = 300_000
const GAS = 50_000_000n
const SCALE = 1_000n
/** Of gRPC. */
const UNIMPLEMENTED = 12
/** Of a node's client of runtimes. */
const CHECK_FAILED = 5
/** Where accounts keep the total supply of the native denomination, whose name is empty. */
const SUPPLY_KEY = concatBytes(toUtf8(accounts.MODULE_NAME), Uint8Array.of(3))
const NO_SIGNER = null as unknown as rt.transaction.AnySigner

type Call<B> = rt.wrapper.TransactionWrapper<B, void>
type Moved = { readonly from: Uint8Array; readonly nonce: oasis.types.longnum }

/** An amount of the native denomination. */
function units(amount: bigint): rt.types.BaseUnits {
  return [oasis.quantity.fromBigInt(amount), token.NATIVE_DENOMINATION]
}

describe('the published @oasisprotocol/client-rt, over gRPC-web', () => {
  let network: LocalNetwork
  let client: oasis.client.NodeInternal
  let chainContext: string
  let signer: oasis.signature.ContextSigner
  let address: Uint8Array
  let spec: rt.types.AddressSpec
  /** Of the ParaTime, in the consensus layer. */
  let ownAddress: Uint8Array

  before(async () => {
    Object.assign(globalThis, { XMLHttpRequest: XmlHttpRequest })
    const options = { validators: 1, blockMs: 250, epochBlocks: 40, clients: 1 }
    network = await createNetwork({ ...options, paratimes: ['accounts'], computeNodes: 1 })
    const node = network.nodes.find(({ name }) => name === 'client-0')!
    client = new oasis.client.NodeInternal(`http://127.0.0.1:${node.apiPort}`)
    chainContext = await client.consensusGetChainContext()
    const { secretKey } = await oasis.hdkey.HDKey.getAccountSigner(MNEMONIC, 0)
    const account = accountOf({ oasis, client, secretKey })
    ;({ signer, address } = account)
    spec = { signature: { ed25519: account.publicKey } }
    ownAddress = await oasis.staking.addressFromRuntimeID(runtimeId)
    await untilRunning(node)
  })

  after(async () => {
    Reflect.deleteProperty(globalThis, 'XMLHttpRequest')
    await network.stop()
  })

  /** The node that is asked follows the committee, and starts its own program meanwhile. */
  async function untilRunning(node: NetworkNode): Promise<void> {
    for await (const { block } of node.client.runtimeClient.watchBlocks(runtimeId)) {
      const isReady = await new core.Wrapper(runtimeId)
        .queryRuntimeInfo()
        .query(client)
        .then(
          () => true,
          () => false,
        )
      if (block.header.round > 0n && block.header.headerType === 1 && isReady) return
    }
    assert.fail('the node tells no more rounds')
  }

  const nonceOf = (of: Uint8Array) =>
    new accounts.Wrapper(runtimeId).queryNonce().setArgs({ address: of }).query(client)

  async function balanceOf(of: Uint8Array): Promise<bigint> {
    const query = new accounts.Wrapper(runtimeId).queryBalances().setArgs({ address: of })
    const { balances } = await query.query(client)
    const [amount] = [...(balances as Map<Uint8Array, Uint8Array>).values()]
    return amount === undefined ? 0n : oasis.quantity.toBigInt(amount)
  }

  async function consensusBalance(owner: Uint8Array): Promise<bigint> {
    const { general } = await client.stakingAccount({
      height: oasis.consensus.HEIGHT_LATEST,
      owner,
    })
    return oasis.quantity.toBigInt(general?.balance ?? new Uint8Array())
  }

  /** The node's socket, which tells more than the port. */
  function openSocket(): Channel {
    const { socketPath } = network.nodes.find(({ name }) => name === 'client-0')!
    return new Channel({ target: `unix:${socketPath}`, clock: processClock, timers: nodeTimers })
  }

  /** What the ParaTime's state says, with a proof from the root of the last round that is here. */
  async function totalSupply(): Promise<bigint> {
    const { round } = await client.storageWorkerGetLastSyncedRound({ runtime_id: runtimeId })
    const { header } = await client.runtimeClientGetBlock({ runtime_id: runtimeId, round })
    const hash = Hash.check(header.state_root)
    const root = { namespace: runtimeId, version: BigInt(round), type: ROOT_TYPE_STATE, hash }
    const { request, response } = treeCalls['Storage/SyncGet']
    const tree = { root, position: hash }
    const read = { tree, key: SUPPLY_KEY, includeSiblings: false, proofVersion: 0 }
    const own = openSocket()
    try {
      const answer = await own.unary('/oasis-core.Storage/SyncGet', encode(request, read))
      const found = verifyGet(hash, decodeRpc(response, answer).proof, SUPPLY_KEY)
      assert.equal(found.kind, 'present')
      return oasis.quantity.toBigInt(oasis.misc.fromCBOR(found.value) as Uint8Array)
    } finally {
      await own.close()
    }
  }

  /** There is as much as was deposited, and the consensus layer keeps it for the ParaTime. */
  async function expectSupply(amount: bigint): Promise<void> {
    assert.deepEqual([await totalSupply(), await consensusBalance(ownAddress)], [amount, amount])
  }

  /** Signs and sends; the nonce. */
  async function send<B>(
    call: Call<B>,
    from: rt.types.AddressSpec = spec,
    by: rt.transaction.ProofProvider = signer,
    of: Uint8Array = address,
  ): Promise<bigint> {
    const nonce = BigInt(await nonceOf(of))
    call.setSignerInfo([{ address_spec: from, nonce }]).setFeeGas(GAS)
    await call.sign([by], chainContext)
    await call.submit(client)
    return nonce
  }

  /** Waits for what a handler of events is told about a transaction of the account. */
  function told<E extends Moved>(
    nonce: bigint,
    handlerOf: (take: rt.event.Handler<E>) => rt.event.ModuleHandler,
    caller: (event: E) => Uint8Array = ({ from }) => from,
  ): Promise<E> {
    const found = Promise.withResolvers<E>()
    const mine = oasis.misc.toHex(address)
    const take: rt.event.Handler<E> = (_, event) => {
      for (const each of [event].flat() as E[])
        if (BigInt(each.nonce) === nonce && oasis.misc.toHex(caller(each)) === mine)
          found.resolve(each)
    }
    const visitor = new rt.event.Visitor([handlerOf(take)])
    let isFound = false
    found.promise.then(() => (isFound = true))
    const visit = async (round: bigint) => {
      const events = await client.runtimeClientGetEvents({ runtime_id: runtimeId, round })
      for (const event of events) visitor.visit(event)
    }
    let next: bigint | undefined
    const seen = takeUntil(client.runtimeClientWatchBlocks(runtimeId), (blocks) => {
      const last = BigInt(blocks.at(-1)!.block.header.round)
      // It may have been told before anybody listened.
      for (next ??= last - 1n; next <= last; next++) visit(next).catch(found.reject)
      return isFound
    })
    seen.catch(found.reject)
    return found.promise
  }

  async function lastRoundWithTransactions(): Promise<bigint> {
    const { round } = await client.storageWorkerGetLastSyncedRound({ runtime_id: runtimeId })
    for (let at = BigInt(round); at > 0n; at--) {
      const asked = { runtime_id: runtimeId, round: at }
      if ((await client.runtimeClientGetTransactions(asked)).length > 0) return at
    }
    throw new Error('no round has a transaction')
  }

  it('asks what the ParaTime is', { timeout: MS_MAX }, async () => {
    const info = await new core.Wrapper(runtimeId).queryRuntimeInfo().query(client)
    assert.deepEqual(Object.keys(info.modules).sort(), [
      'accounts',
      'consensus',
      'consensus_accounts',
      'core',
      'rewards',
    ])
    const terms = await new rewards.Wrapper(runtimeId).queryParameters().query(client)
    assert.deepEqual(
      [terms.participation_threshold_numerator, terms.participation_threshold_denominator],
      [3, 4],
    )
    const denomination = token.NATIVE_DENOMINATION
    const query = new accounts.Wrapper(runtimeId).queryDenominationInfo()
    assert.deepEqual(await query.setArgs({ denomination }).query(client), { decimals: 9 })
  })

  it('deposits', { timeout: MS_MAX }, async () => {
    const bridge = new consensusAccounts.Wrapper(runtimeId)
    const before = await consensusBalance(address)
    const allow = oasis.staking
      .allowWrapper()
      .setNonce((await client.stakingAccount({ height: 0, owner: address })).general?.nonce ?? 0)
      .setFeeAmount(oasis.quantity.fromBigInt(0n))
      .setFeeGas(10_000n)
      .setBody({
        beneficiary: ownAddress,
        negative: false,
        amount_change: oasis.quantity.fromBigInt(SCALE),
      })
    await allow.sign(signer, chainContext)
    await allow.submit(client)

    const deposit = bridge.callDeposit().setBody({ amount: units(SCALE) })
    const deposited = await told(await send(deposit), (take) =>
      consensusAccounts.moduleEventHandler({ [consensusAccounts.EVENT_DEPOSIT_CODE]: take }),
    )
    assert.equal((deposited as rt.types.ConsensusAccountsDepositEvent).error, undefined)
    assert.deepEqual(
      [await balanceOf(address), await consensusBalance(address)],
      [SCALE, before - SCALE],
    )
    await expectSupply(SCALE)
  })

  // The package knows keys of sr25519 as a type, and has nothing that signs with them.
  it('transfers to an account of Ethereum and back', { timeout: MS_MAX }, async () => {
    const secp = rt.signatureSecp256k1.NobleSigner.fromPrivate(
      new Uint8Array(32).fill(0x11),
      'this key is not important',
    )
    const ethSpec = { signature: { secp256k1eth: secp.public() } }
    const eth = rt.address.fromSigspec(ethSpec.signature)
    const wallet = new accounts.Wrapper(runtimeId)
    await send(wallet.callTransfer().setBody({ to: eth, amount: units(300n) }))
    assert.deepEqual([await balanceOf(address), await balanceOf(eth)], [SCALE - 300n, 300n])
    await expectSupply(SCALE)
    const back = wallet.callTransfer().setBody({ to: address, amount: units(100n) })
    await send(back, ethSpec, new rt.signatureSecp256k1.BlindContextSigner(secp), eth)
    assert.deepEqual([await balanceOf(address), await balanceOf(eth)], [SCALE - 200n, 200n])
    await expectSupply(SCALE)
  })

  it('transfers from an account of several keys', { timeout: MS_MAX }, async () => {
    const ed = oasis.signature.NaclSigner.fromSeed(
      new Uint8Array(32).fill(0x22),
      'this key is not important',
    )
    const secp = rt.signatureSecp256k1.NobleSigner.fromPrivate(
      new Uint8Array(32).fill(0x33),
      'this key is not important',
    )
    const light = new oasis.signature.BlindContextSigner(ed)
    const heavy = new rt.signatureSecp256k1.BlindContextSigner(secp)
    const signers = [
      { public_key: { ed25519: ed.public() }, weight: 1 },
      { public_key: { secp256k1: secp.public() }, weight: 2 },
    ]
    const multisig = { signers, threshold: 2 }
    const shared = rt.address.fromMultisigConfig(multisig)
    const start = await balanceOf(address)
    const wallet = new accounts.Wrapper(runtimeId)
    const back = (amount: bigint) =>
      wallet.callTransfer().setBody({ to: address, amount: units(amount) })
    const sendBack = (amount: bigint, by: rt.transaction.MultisigSignerSet) =>
      send(back(amount), { multisig }, by, shared)
    const expectShared = async (amount: bigint, nonce: bigint) => {
      assert.deepEqual(
        [await balanceOf(address), await balanceOf(shared)],
        [start - amount, amount],
      )
      assert.equal(BigInt(await nonceOf(shared)), nonce)
      await expectSupply(SCALE)
    }

    await send(wallet.callTransfer().setBody({ to: shared, amount: units(200n) }))
    await expectShared(200n, 0n)
    await sendBack(30n, [light, heavy])
    await expectShared(170n, 1n)
    await sendBack(20n, [NO_SIGNER, heavy])
    await expectShared(150n, 2n)
    const tooLight = sendBack(10n, [light, NO_SIGNER])
    await assert.rejects(tooLight, {
      oasisModule: 'runtime/client',
      oasisCode: CHECK_FAILED,
      message: /module: core code: 1 message: .*insufficient weight$/,
    })
    await expectShared(150n, 2n)
    // The same key with the other one: it was the weight that was refused.
    await sendBack(150n, [light, heavy])
    await expectShared(0n, 3n)
  })

  it('withdraws and delegates', { timeout: MS_MAX }, async () => {
    const bridge = new consensusAccounts.Wrapper(runtimeId)
    const before = await consensusBalance(address)
    const withdraw = bridge.callWithdraw().setBody({ amount: units(400n) })
    const withdrawn = await told(await send(withdraw), (take) =>
      consensusAccounts.moduleEventHandler({ [consensusAccounts.EVENT_WITHDRAW_CODE]: take }),
    )
    assert.equal((withdrawn as rt.types.ConsensusAccountsWithdrawEvent).error, undefined)
    assert.equal(await consensusBalance(address), before + 400n)
    await expectSupply(SCALE - 400n)

    const [validator] = await client.schedulerGetValidators(oasis.consensus.HEIGHT_LATEST)
    const entity = await client.registryGetNode({ height: 0, id: validator!.id })
    const to = oasis.staking.addressFromPublicKey(entity.entity_id)
    const delegate = bridge.callDelegate().setBody({ to, amount: units(200n) })
    await told(await send(delegate), (take) =>
      consensusAccounts.moduleEventHandler({ [consensusAccounts.EVENT_DELEGATE_CODE]: take }),
    )
    await expectSupply(SCALE - 400n - 200n)
    const [delegation] = await bridge.queryDelegations().setArgs({ from: address }).query(client)
    assert.deepEqual(delegation?.to, to)
    const shares = delegation!.shares
    await told(
      await send(bridge.callUndelegate().setBody({ from: to, shares })),
      (take) =>
        consensusAccounts.moduleEventHandler({
          [consensusAccounts.EVENT_UNDELEGATE_START_CODE]: take,
        }),
      (event: Moved & { readonly to: Uint8Array }) => event.to,
    )
    assert.equal(await balanceOf(address), SCALE - 200n - 400n - 200n)
  })

  it('learns which trees a node has, and no more in public', { timeout: MS_MAX }, async () => {
    const { round, ...roots } = await client.storageWorkerGetLastSyncedRound({
      runtime_id: runtimeId,
    })
    const { header } = await client.runtimeClientGetBlock({ runtime_id: runtimeId, round })
    assert.deepEqual(
      [roots.io_root.hash, roots.state_root.hash],
      [header.io_root, header.state_root],
    )
    const { state_root: root } = roots
    const tree = { root, position: root.hash }
    const refused = [
      client.storageWorkerPauseCheckpointer({ runtime_id: runtimeId, pause: true }),
      client.storageSyncGet({ tree, key: new Uint8Array(1) }),
    ]
    for (const call of refused) await expectStatus({ oasis }, call, UNIMPLEMENTED)
  })

  it('leaves the trees themselves to tests, on the socket', { timeout: MS_MAX }, async (test) => {
    const own = openSocket()
    test.after(() => own.close())
    const round = await lastRoundWithTransactions()
    const block = await client.runtimeClientGetBlock({ runtime_id: runtimeId, round })
    const hash = Hash.check(block.header.io_root)
    const end = { namespace: runtimeId, version: round, type: ROOT_TYPE_IO, hash }
    const { request, item } = treeStreams['Storage/GetDiff']
    const options = { offsetKey: new Uint8Array(0), limit: 0n }
    const asked = { startRoot: { ...end, hash: EMPTY_HASH }, endRoot: end, options }
    const changed: WriteLog[number][] = []
    for await (const piece of own.stream('/oasis-core.Storage/GetDiff', encode(request, asked)))
      changed.push(...(decodeRpc(item, piece).writeLog ?? []))
    const [key, value] = changed[0]!
    const { request: get, response } = treeCalls['Storage/SyncGet']
    const read = { tree: { root: end, position: hash }, key, includeSiblings: false }
    const answer = await own.unary(
      '/oasis-core.Storage/SyncGet',
      encode(get, { ...read, proofVersion: 0 }),
    )
    const found = verifyGet(hash, decodeRpc(response, answer).proof, key)
    assert.deepEqual(found.kind === 'present' && found.value, value)
    const { request: pause } = workerCalls['StorageWorker/PauseCheckpointer']
    for (const isPaused of [true, false])
      await own.unary(
        '/oasis-core.StorageWorker/PauseCheckpointer',
        encode(pause, { runtimeId, pause: isPaused }),
      )
  })

  it('is told what it may not do', { timeout: MS_MAX }, async () => {
    const wallet = new accounts.Wrapper(runtimeId)
    const call = wallet.callTransfer().setBody({ to: address, amount: units(10n ** 12n) })
    await assert.rejects(send(call), ({ module, code }: oasis.types.RuntimeHostError) => {
      assert.deepEqual([module, code], ['accounts', accounts.ERR_INSUFFICIENT_BALANCE_CODE])
      return true
    })
  })
})
