import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { concatBytes, equalBytes, hasPrefix, toUtf8 } from '@wadi/base/bytes'
import { decodeRust } from '@wadi/cbor/codec'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import { nextEpoch } from '@wadi/localnet/next-epoch'
import { pairsFromProof } from '@wadi/mkvs/readProof'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { verifyAnswer } from '@wadi/mkvs/syncer'
import { moduleAddress } from '@wadi/paratime-sdk/types/addresses'
import { U128 } from '@wadi/paratime-sdk/types/token'
import { ADDRESS_SIZE, printAddress, runtimeAddress } from '@wadi/primitives/address'
import { AccountsNetwork } from '../../testing/accountsNetwork.ts'

const BASE = 1_000_000_000n
const { id: runtimeId } = PARATIMES.accounts
/** The ParaTime's account on the consensus layer. */
const owner = runtimeAddress(runtimeId)
/** What `test:` accounts of local networks begin with. */
const FUNDED = 1_000_000n
/** Where the ParaTime keeps balances, and how much there is of everything. */
const [BALANCES, SUPPLIES] = [2, 3].map((table) =>
  concatBytes(toUtf8('accounts'), Uint8Array.of(table)),
) as [Uint8Array, Uint8Array]
/** What has been sent for, and not answered yet by the consensus layer. */
const PENDING = ['pending-withdrawal', 'pending-delegation'].map((kind) =>
  moduleAddress('consensus_accounts', kind),
)
const PAIRS_MAX = 1_000

function sumOf(amounts: readonly bigint[]): bigint {
  return amounts.reduce((sum, amount) => sum + amount, 0n)
}

/** What a step brings into the ParaTime, or takes out of it, in base units. */
interface Moved {
  readonly arrives?: bigint
  readonly leaves?: bigint
}

describe('wadi paratime, on a network with the ParaTime of accounts', () => {
  let world: AccountsNetwork

  before(async () => {
    world = await AccountsNetwork.start({ blockMs: 500 })
    // The node that is asked follows the committee, and starts its own program meanwhile.
    await world.untilTrue(() => world.isRunning())
    await lastRound()
  })
  after(() => world.stop())

  const run = (line: string) => world.run(line)
  const ask = (line: string) => world.ask(line)
  const key = (name: string, digit: string) => world.key(name, digit)
  const refuse = async (line: string, sentence: RegExp) => {
    const { code, out, err } = await run(line)
    assert.notEqual(code, 0, line)
    assert.equal(out, '', line)
    assert.match(err.trimEnd().split('Error: ')[1] ?? '', sentence, line)
  }
  /** What somebody has in the ParaTime and beside it, in tokens. */
  const balances = async (who: string) => {
    const { balance, consensus } = await ask(`paratime balance accounts ${who}`)
    return [balance.tokens, consensus.tokens]
  }

  /** The height whose block finalized each round, as far as it has been looked for. */
  const heights = new Map<bigint, bigint>()
  let lookedAt = 0n
  const lastRound = async () => {
    const { consensus, rootHash } = world.node.client
    const { height: last } = await consensus.getBlock(0n)
    if (lookedAt === 0n) lookedAt = last - 1n
    while (lookedAt < last) {
      lookedAt++
      const { round } = (await rootHash.getLatestBlock({ runtimeId, height: lookedAt })).header
      if (!heights.has(round)) heights.set(round, lookedAt)
    }
    return [...heights.keys()].at(-1)!
  }
  /** Both layers at the block that finalized a round: what it sends for has been done there. */
  const layersAt = async (round: bigint) => {
    await lastRound()
    const { runtimeClient, staking } = world.node.client
    const { header } = await runtimeClient.getBlock({ runtimeId, round })
    const hash = header.stateRoot
    const root = { namespace: runtimeId, version: round, type: ROOT_TYPE_STATE, hash }
    const tree = { root, position: hash }
    const prefixes = [BALANCES, SUPPLIES]
    const request = { tree, prefixes, limit: PAIRS_MAX, proofVersion: 0 }
    const { proof } = await runtimeClient.stateSyncGetPrefixes(request)
    let supply = 0n
    const amounts: bigint[] = []
    const pending: bigint[] = []
    for (const [key, value] of pairsFromProof(verifyAnswer(proof, tree), BALANCES)) {
      if (hasPrefix(key, SUPPLIES)) supply = decodeRust(U128, value)
      if (!hasPrefix(key, BALANCES)) break
      amounts.push(decodeRust(U128, value))
      const address = key.subarray(BALANCES.length, BALANCES.length + ADDRESS_SIZE)
      if (PENDING.some((each) => equalBytes(each, address))) pending.push(decodeRust(U128, value))
    }
    const height = heights.get(round)!
    const { general } = await staking.account({ height, owner })
    const inAll = { supply, sum: sumOf(amounts) }
    return { ...inAll, pending: sumOf(pending), account: general.balance }
  }
  /** What is in the ParaTime, as the steps have it that were done. */
  let supply = 0n
  /** When nothing is underway, all that is in the ParaTime is in its account as well. */
  const atRest = async (round: bigint) => {
    const all = { supply, sum: supply, pending: 0n, account: supply }
    assert.deepEqual(await layersAt(round), all, `round ${round}`)
  }
  /**
   * Sends, and holds the layers against each other in the round that has it and in the one in which
   * it is done. In between, the consensus layer is ahead: a deposit is in the account already, and
   * what leaves is not there any more, but waits in the ParaTime until it is destroyed.
   */
  const step = async (line: string, { arrives = 0n, leaves = 0n }: Moved = {}) => {
    const sent = await ask(`paratime ${line} --yes`)
    if (sent.done_in_round !== undefined) {
      assert.ok(sent.done_in_round > sent.round, line)
      const account = supply + arrives - leaves
      const underway = { supply, sum: supply, pending: leaves, account }
      assert.deepEqual(await layersAt(BigInt(sent.round)), underway, line)
    }
    supply += arrives - leaves
    await atRest(BigInt(sent.done_in_round ?? sent.round))
    return sent
  }
  /** What the consensus layer has of what was delegated through the ParaTime. */
  const delegated = async () => (await ask(`stake list ${printAddress(owner)}`)).delegations

  it('lists it by its name', async () => {
    const { paratimes } = await ask('paratime list')
    assert.deepEqual(
      paratimes.map((each: { name: string; state: string }) => [each.name, each.state]),
      [['accounts', 'running']],
      JSON.stringify(paratimes),
    )
  })

  it('deposits, transfers and withdraws, and both layers agree at every step', async () => {
    assert.deepEqual(await balances('test:0'), ['0.0', `${FUNDED}.0`])
    const arrives = 10n * BASE
    const deposited = await step('deposit accounts 10 --account test:0', { arrives })
    assert.equal(deposited.amount.base_units, `${10n * BASE}`)
    assert.deepEqual(await balances('test:0'), ['10.0', `${FUNDED - 10n}.0`])

    await step('transfer accounts 2.5 test:1 --account test:0')
    assert.deepEqual(await balances('test:0'), ['7.5', `${FUNDED - 10n}.0`])
    assert.deepEqual(await balances('test:1'), ['2.5', `${FUNDED}.0`])

    await step('withdraw accounts 1 --account test:1', { leaves: BASE })
    assert.deepEqual(await balances('test:1'), ['1.5', `${FUNDED + 1n}.0`])
    assert.equal(supply, 9n * BASE)
  })

  it('transfers with keys of every kind, and of several keys together', async () => {
    const secp256k1 = `--key-file ${key('eth', '1')} --algorithm secp256k1`
    const sr25519 = `--key-file ${key('sr', '2')} --algorithm sr25519`
    const ed25519 = `--key-file ${key('ed', '3')}`
    const together = `--key-file ${key('a', '4')} --with ${key('b', '5')}`
    const kinds = [secp256k1, sr25519, ed25519, together]
    for (const flags of kinds) {
      const { address } = await ask(`paratime balance accounts ${flags}`)
      await step(`transfer accounts 0.1 ${address} --account test:0`)
      await step(`transfer accounts 0.1 test:2 ${flags}`)
      assert.deepEqual(await balances(address), ['0.0', '0.0'])
    }
    assert.deepEqual(await balances('test:2'), ['0.4', `${FUNDED}.0`])
    // The address on Ethereum of a key names the same account.
    const eth = '0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a'
    const { address } = await ask(`paratime balance accounts ${eth}`)
    assert.equal(address, (await ask(`paratime balance accounts ${secp256k1}`)).address)
    await step(`transfer accounts 0.2 ${eth} --account test:0`)
    await refuse(`paratime withdraw accounts 0.2 ${secp256k1} --yes`, /say who gets it: --to$/)
    await step(`withdraw accounts 0.2 --to test:2 ${secp256k1}`, { leaves: BASE / 5n })
    assert.deepEqual(await balances('test:2'), ['0.4', `${FUNDED}.2`])
  })

  it('delegates through it, takes back, and has it when its time has come', async () => {
    const [{ address }] = (await ask('validators')).validators
    const unitsOf = async (who = 'test:0') =>
      BigInt((await ask(`paratime balance accounts ${who}`)).balance.base_units)
    const has = await unitsOf()
    const leaves = 3n * BASE
    await step(`delegate accounts 3 ${address} --account test:0`, { leaves })
    assert.equal(await unitsOf(), has - leaves)
    const { delegations } = await ask('paratime balance accounts test:0')
    assert.equal(delegations.length, 1)
    const { shares } = delegations[0]
    const [active, ...more] = await delegated()
    assert.deepEqual(more, [])
    assert.deepEqual([active.to, active.state, active.shares], [address, 'active', shares])
    // Shares are whole numbers: what they are worth may lack the last unit.
    const worth = BigInt(active.amount.base_units)
    assert.ok(worth >= leaves - 1n && worth < leaves + BASE, `${worth}`)

    const taken = await step(`undelegate accounts ${address} --account test:0`)
    const after = await ask('paratime balance accounts test:0')
    assert.deepEqual(after.delegations, [])
    const [{ epoch, shares: going }, ...others] = after.undelegations
    assert.deepEqual([after.undelegations[0].validator, others], [address, []])
    assert.equal(await unitsOf(), has - leaves)
    const [debonding, ...rest] = await delegated()
    assert.deepEqual(rest, [])
    const { to, state, end_epoch: end, shares: there } = debonding
    assert.deepEqual([to, state, end, there], [address, 'debonding', epoch, going])

    while ((await nextEpoch(world.network.nodes[0]!)) < BigInt(epoch));
    await world.untilTrue(async () => {
      const { undelegations } = await ask('paratime balance accounts test:0')
      return undelegations.length === 0
    })
    // With what was paid to delegators meanwhile; the consensus layer has given no less.
    const back = await unitsOf()
    assert.ok(back >= has && back < has + BASE, `${back}`)
    assert.deepEqual(await delegated(), [])
    const arrives = back - (has - leaves)
    // It is in the account from the epoch on, and in the ParaTime when that has made a round.
    const last = await lastRound()
    const ahead: bigint[] = []
    for (let round = BigInt(taken.done_in_round); round <= last; round++) {
      const { account, ...layers } = await layersAt(round)
      const isPaid = layers.supply !== supply
      const now = isPaid ? supply + arrives : supply
      assert.deepEqual(layers, { supply: now, sum: now, pending: 0n }, `round ${round}`)
      ahead.push(account - now)
    }
    const waits = ahead.filter((amount) => amount !== 0n)
    assert.deepEqual([...new Set(waits)], [arrives])
    supply += arrives
    await atRest(last)
  })

  it('refuses what cannot be done, and nothing has moved', async () => {
    const before = await balances('test:1')
    await refuse(
      'paratime transfer accounts 1000 test:2 --account test:1 --yes',
      /are to leave it; take less, or/,
    )
    await refuse('paratime deposit accounts 10 --account test:1', /say --yes/)
    await refuse('paratime undelegate accounts test:2 --account test:1 --yes', /has 0 shares/)
    const encrypted = 'paratime transfer accounts 1 test:2 --encrypted --account test:1 --yes'
    await refuse(encrypted, /^accounts \(.*\) has no key manager, .*; leave --encrypted away, or/)
    await refuse('paratime deposit 7777 1 --account test:1 --yes', /^the network has no ParaTime/)
    const eth = `--key-file ${key('eth', '1')} --algorithm rsa`
    await refuse(`paratime transfer accounts 1 test:2 ${eth} --yes`, /ed25519, secp256k1, sr25519$/)
    assert.deepEqual(await balances('test:1'), before)
    await atRest(await lastRound())
  })
})
