import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { signedTransfer } from '@wadi/compose/network-transfer'
import { findComet } from '../external-engine/cometBinary.ts'
import { until } from '../external-engine/enginePair.ts'
import { conflictingVotes } from './conflictingVotes.ts'
import { type Member, MixedNetwork } from './mixedNetwork.ts'

const comet = findComet()
const TRANSFERS = 12

const genesis = createNetworkGenesis({
  seed: 'fellow validators',
  validators: 4,
  accounts: TRANSFERS,
  timeoutCommitMs: 100n,
  epochBlocks: 12n,
})

function transfersOf(nonce: bigint): readonly Uint8Array[] {
  const { accounts, chainContext } = genesis
  return accounts.map((from, i) => {
    const to = accounts[(i + 1) % TRANSFERS]!.address
    return signedTransfer({ chainContext, from, to, amount: 5n, nonce })
  })
}

/** Compares all blocks that all have; gives who proposed them, and which transactions they have. */
async function readChain(network: MixedNetwork, members: readonly Member[]) {
  const last = await network.goOn(0n, members)
  const proposers = new Set<string>()
  const transactions = new Set<string>()
  for (let height = 1n; height <= last; height++) {
    const { header, transactions: raw } = await network.blockAt(height, members)
    proposers.add(toHex(header.proposerAddress))
    for (const one of raw) transactions.add(toHex(one))
  }
  return { proposers, transactions }
}

describe('CometBFT and our nodes as validators of one chain', { skip: comet.missing }, () => {
  it('agree, sync from each other, and come back when killed', async () => {
    await using network = await MixedNetwork.start(comet.path, genesis)
    const { members, observer } = network
    const [first, second, third, last] = members as [Member, Member, Member, Member]
    const except = (gone: Member) => members.filter((member) => member !== gone)
    try {
      await network.goOn(5n)
      // Each kind is given transactions.
      const sent = [transfersOf(0n), transfersOf(1n)]
      assert.ok(observer.submit(first.address, sent[0]!))
      await network.goOn(3n)
      assert.ok(observer.submit(second.address, sent[1]!))
      await network.goOn(3n)

      for (const killed of [third, last]) {
        await killed.kill()
        await network.goOn(4n, except(killed))
        await killed.start()
        await network.goOn(3n)
      }
      for (const wiped of [first, second]) {
        await wiped.kill()
        wiped.wipe()
        await network.goOn(3n, except(wiped))
        await wiped.start()
        await network.goOn(3n)
      }

      // Whoever knows only the other kind can have its blocks from nobody else.
      const { guests } = network
      const behind = observer.height
      assert.ok(behind > 20n)
      await Promise.all(guests.map((guest) => guest.start()))
      await network.goOn(3n, [...members, ...guests])
      const everybody = [...members, ...guests]
      for (const { kind, fetched } of guests)
        assert.ok((fetched() ?? 0n) >= behind - 5n, `${kind} fetched ${fetched()} of ${behind}`)

      const { proposers, transactions } = await readChain(network, everybody)
      assert.deepEqual(proposers, new Set(members.map(({ validator }) => validator)))
      for (const one of sent.flat()) assert.ok(transactions.has(toHex(one)))
      assert.deepEqual(network.signed.twice, [])
      assert.ok(network.signed.count > 100)
      for (const member of everybody)
        assert.ok(await member.stop(), `${member.index} ends in peace`)
    } catch (error) {
      throw new Error(`${error}; they said last:\n${network.said()}`, { cause: error })
    }
  })

  it('tell each other of a validator that signs twice, and agree that it did', async () => {
    await using network = await MixedNetwork.start(comet.path, genesis)
    const { members, observer } = network
    const [comets, own, guilty] = [members[0]!, members[1]!, members[3]!]
    const others = members.filter((member) => member !== guilty)
    try {
      await network.goOn(2n)
      await guilty.kill()
      for (const told of [comets, own]) {
        const from = observer.height
        network.onStep = ({ height, round }, peer) => {
          if (!told.address.startsWith(peer)) return
          for (const vote of conflictingVotes(genesis, { signer: guilty.index, height, round }))
            observer.sendVote(told.address, vote)
        }
        await until('a block has evidence', async () => {
          for (let height = from + 1n; height <= observer.height; height++) {
            const block = await observer.blockOf(told.address, height)
            if (block !== undefined && block.evidence.length > 0) return true
          }
          return undefined
        })
        network.onStep = () => undefined
        await network.blockAt(await network.goOn(2n, others), others)
      }
    } catch (error) {
      throw new Error(`${error}; they said last:\n${network.said()}`, { cause: error })
    }
  })
})
