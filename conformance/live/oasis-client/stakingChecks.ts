/** Transfers and delegations, signed and submitted by the client, and the events of them. */

import type * as oasis from '@oasisprotocol/client'
import { expectCoded, expectEqual, expectThat } from './expectation.ts'
import { TRANSFER_GAS } from './governanceChecks.ts'
import { accountOf, type Check, type Scene } from './scene.ts'
import { takeUntil } from './streamed.ts'
import { type Committed, commit, eventsOf, sign } from './submission.ts'

const AMOUNT = 12_345n
const FAR_NONCE = 1_000_000n

type StakingEvent = oasis.types.StakingEvent

/** Somebody who had nothing before. */
function stranger({ oasis }: Scene): Uint8Array {
  const { NaclSigner } = oasis.signature
  const signer = NaclSigner.fromRandom('this key is not important')
  return oasis.staking.addressFromPublicKey(signer.public())
}

function transferTo({ oasis }: Scene, to: Uint8Array, amount = AMOUNT) {
  const body = { to, amount: oasis.quantity.fromBigInt(amount) }
  return oasis.staking.transferWrapper().setBody(body)
}

interface Holder {
  readonly owner: Uint8Array
  readonly height: bigint
}

async function balanceOf({ oasis, client }: Scene, { owner, height }: Holder): Promise<bigint> {
  const { general } = await client.stakingAccount({ height, owner })
  return oasis.quantity.toBigInt(general?.balance ?? new Uint8Array())
}

/** What an epoch's end gave back of what was delegated, if one fell on this block. */
async function paidOutAt({ oasis, client }: Scene, { owner, height }: Holder): Promise<bigint> {
  const mine = oasis.misc.toHex(owner)
  let sum = 0n
  for (const { escrow } of await client.stakingGetEvents(height)) {
    const reclaimed = escrow?.reclaim
    if (reclaimed === undefined || oasis.misc.toHex(reclaimed.owner) !== mine) continue
    sum += oasis.quantity.toBigInt(reclaimed.amount)
  }
  return sum
}

/** A transaction in its block, and what the block tells of it. */
async function resultOf({ oasis, client }: Scene, { height, hash }: Committed) {
  const { transactions, results } = await client.consensusGetTransactionsWithResults(height)
  const wanted = oasis.misc.toHex(hash)
  const at = transactions.findIndex((raw) => oasis.misc.toHex(oasis.hash.hash(raw)) === wanted)
  expectThat(at >= 0, `no transaction ${wanted} in block ${height}`)
  const signed = oasis.misc.fromCBOR(transactions[at]!) as oasis.types.SignatureSigned
  const context = await client.consensusGetChainContext()
  const transaction = oasis.consensus.openSignedTransaction(context, signed)
  return { transaction, events: results[at]!.events ?? [] }
}

async function checkTransfer(scene: Scene): Promise<void> {
  const { oasis, client } = scene
  const [{ address: from }, to] = [accountOf(scene), stranger(scene)]
  const wrapper = transferTo(scene, to)
  const committed = await commit(scene, wrapper)
  const height = BigInt(committed.height)
  const before = await balanceOf(scene, { owner: from, height: height - 1n })
  expectEqual(wrapper.transaction.fee?.gas, TRANSFER_GAS, 'gas')
  const fee = BigInt(TRANSFER_GAS)
  expectEqual(await balanceOf(scene, { owner: to, height }), AMOUNT, 'balance of the one')
  const after = await balanceOf(scene, { owner: from, height })
  const paidOut = await paidOutAt(scene, { owner: from, height })
  expectEqual(after, before - AMOUNT - fee + paidOut, 'balance of the other')

  const { transaction, events } = await resultOf(scene, committed)
  expectEqual(transaction, wrapper.transaction, 'the transaction')
  const transfer = { from, to, amount: oasis.quantity.fromBigInt(AMOUNT) }
  const told = events.flatMap(({ staking }) => (staking === undefined ? [] : [staking]))
  expectEqual(told.at(-1)?.transfer, transfer, 'the event of its result')
  const atHeight = await client.stakingGetEvents(committed.height)
  expectEqual(eventsOf(atHeight, committed), told, 'events of the block')
}

async function checkDelegation(scene: Scene): Promise<void> {
  const { oasis, client } = scene
  const { address: owner } = accountOf(scene)
  const account = stranger(scene)
  const amount = oasis.quantity.fromBigInt(AMOUNT)
  const add = oasis.staking.addEscrowWrapper().setBody({ account, amount })
  const added = await commit(scene, add)
  const events = eventsOf(await client.stakingGetEvents(added.height), added)
  // The first one to delegate has a share for each base unit.
  expectEqual(
    events.at(-1)?.escrow?.add,
    { owner, amount, escrow: account, new_shares: amount },
    'the event',
  )
  const to = { height: added.height, owner: account }
  expectEqual(await client.stakingDelegationsTo(to), new Map([[owner, { shares: amount }]]), 'to')
  const { escrow } = await client.stakingAccount(to)
  expectEqual(escrow?.active?.balance, amount, 'escrow')

  const back = oasis.staking.reclaimEscrowWrapper().setBody({ account, shares: amount })
  const { height } = await commit(scene, back)
  const debonding = await client.stakingDebondingDelegationsFor({ height, owner })
  const mine = Array.from(debonding).filter(([of]) => of.every((byte, i) => byte === account[i]))
  expectEqual(
    mine.map(([, list]) => list[0]?.shares),
    [amount],
    'what is paid out later',
  )
  expectEqual((await client.stakingDelegationsTo({ height, owner: account })).size, 0, 'the rest')
}

async function checkWatching(scene: Scene): Promise<void> {
  const { oasis, client } = scene
  const to = stranger(scene)
  const isThere = ({ transfer }: StakingEvent) =>
    transfer !== undefined && oasis.misc.toHex(transfer.to) === oasis.misc.toHex(to)
  let isTold = false
  const watched = takeUntil(client.stakingWatchEvents(), (events) => {
    isTold = events.some(isThere)
    return isTold
  })
  // Watching begins when the request arrives, which the client does not tell.
  while (!isTold) {
    const submitted = commit(scene, transferTo(scene, to))
    await Promise.race([submitted, watched])
    await submitted
  }
  const event = (await watched).find(isThere)
  const events = await client.stakingGetEvents(event!.height!)
  expectEqual(events.filter(isThere), [event], 'the same event')
}

async function checkRefusals(scene: Scene): Promise<void> {
  const { oasis, client } = scene
  const { consensus, staking } = oasis
  const { address, signer } = accountOf(scene)
  const wrapper = transferTo(scene, stranger(scene))
  await sign(scene, wrapper)
  wrapper.setNonce(FAR_NONCE)
  await wrapper.sign(signer, await client.consensusGetChainContext())
  await expectCoded(scene, wrapper.submit(client), [
    consensus.TRANSACTION_MODULE_NAME,
    consensus.TRANSACTION_ERR_INVALID_NONCE_CODE,
  ])
  const tooMuch = transferTo(
    scene,
    address,
    (await balanceOf(scene, { owner: address, height: 0n })) * 2n,
  )
  await sign(scene, tooMuch)
  await expectCoded(scene, tooMuch.submit(client), [
    staking.MODULE_NAME,
    staking.ERR_INSUFFICIENT_BALANCE_CODE,
  ])
}

export const stakingChecks: readonly Check[] = [
  { name: 'transfers, and finds transaction, fee, result and event', run: checkTransfer },
  { name: 'delegates and takes back', run: checkDelegation },
  { name: 'watches events of what it submits', run: checkWatching },
  { name: 'is told module and code of why a transaction failed', run: checkRefusals },
]
