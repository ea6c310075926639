import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import type { Block } from '@wadi/consensus/roothash/block'
import { DiskStore } from '@wadi/node-storage/disk-store'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { emptyBlock, genesisBlock } from '@wadi/runtime-protocol/block'
import { RoundHistory } from '@wadi/workers/round-history'
import { RuntimeStore } from '@wadi/workers/runtime-store'
import { ROUNDS_AT_ONCE } from './limits.ts'
import { copyRuntime, rebuildRounds, secretsOf } from './rewindRuntimes.ts'

const place = mkdtempSync(join(tmpdir(), 'wadi-rounds-'))
after(() => rmSync(place, { recursive: true }))
const chain = '00'.repeat(32)
const { id } = PARATIMES.keyvalue

/** Rounds that bring nothing, from round 0 on. */
function roundsUntil(last: number): readonly Block[] {
  const blocks = [genesisBlock({ namespace: id, round: 0n, stateRoot: EMPTY_HASH, timestamp: 0n })]
  while (blocks.length <= last) blocks.push(emptyBlock(blocks.at(-1)!, 0n, 'epochTransition'))
  return blocks
}

async function open(folder: string) {
  nodeFiles.makeFolder(folder)
  const blocks = await DiskStore.open({ path: join(folder, 'history'), chain })
  const history = await RoundHistory.open({ store: blocks, runtimeId: id, seen: 'committed' })
  const options = { files: nodeFiles, path: join(folder, 'trees'), chain, runtimeId: id }
  const store = new RuntimeStore({ ...options, durability: 'buffered' })
  return { history, store }
}

/** The folder of a node that has those rounds. */
async function nodeWith(blocks: readonly Block[]): Promise<string> {
  const folder = mkdtempSync(join(place, 'node-'))
  const { history, store } = await open(folder)
  for (const { header } of blocks) store.finalize(header)
  await history.commit(blocks.map((block) => ({ consensusHeight: block.header.round + 1n, block })))
  store.close()
  await history.close()
  return folder
}

describe('the rounds of a ParaTime', () => {
  const all = roundsUntil(ROUNDS_AT_ONCE + 1)
  const upTo = (last: number) => {
    const rounds = { first: all[0]!.header, last: all[last]!.header }
    return { id, rounds, secrets: 'kept' } as const
  }
  let whole: string
  before(async () => {
    whole = await nodeWith(all)
  })

  it('are made anew up to the last one that is wanted, as many as are taken at once and more', async () => {
    for (const last of [1, ROUNDS_AT_ONCE - 1, ROUNDS_AT_ONCE]) {
      const to = join(place, `until-${last}`)
      await rebuildRounds(upTo(last), { chain, from: [join(place, 'none'), whole], to })
      const { history, store } = await open(to)
      const end = BigInt(last)
      assert.deepEqual([history.earliestRound, history.lastRound], [0n, end])
      assert.deepEqual([store.earliestRound, store.lastRound], [0n, end])
      assert.deepEqual(history.committedBlock(end)?.block, all[last])
      assert.equal(history.lastHeight, end + 1n)
      store.close()
      await history.close()
    }
  })

  it('are taken from a node that has all of them, or refused', async () => {
    const [later, shorter] = [await nodeWith(all.slice(2)), await nodeWith(all.slice(0, 3))]
    const to = join(place, 'found')
    await rebuildRounds(upTo(4), { chain, from: [later, shorter, whole], to })
    assert.ok(existsSync(join(to, 'trees')))
    const nowhere = { chain, from: [later, shorter], to: join(place, 'nowhere') }
    await assert.rejects(rebuildRounds(upTo(4), nowhere), {
      reason: 'localnet.paratimes',
      message: /no node has all rounds from 0 to 4 of the ParaTime 80+; restore a snapshot, or/,
    })
    assert.ok(!existsSync(nowhere.to))
    // Where it begins it has none that anybody has to have executed.
    await rebuildRounds(upTo(0), nowhere)
    await rebuildRounds({ ...upTo(0), rounds: undefined }, nowhere)
    assert.ok(!existsSync(nowhere.to))
  })

  it('replace what a node has of them; what its program keeps stays, or is forgotten', () => {
    const [from, rebuilt] = [mkdtempSync(join(place, 'old-')), mkdtempSync(join(place, 'new-'))]
    for (const name of ['history', 'trees', 'local', 'checkpoints']) {
      mkdirSync(join(from, name))
      writeFileSync(join(from, name, 'old'), '')
    }
    writeFileSync(join(from, 'signed.cbor'), '')
    for (const name of ['history', 'trees']) mkdirSync(join(rebuilt, name))
    const there = (folder: string) =>
      [
        'history',
        'history/old',
        'trees',
        'trees/old',
        'local/old',
        'checkpoints',
        'signed.cbor',
      ].filter((name) => existsSync(join(folder, name)))
    const [kept, forgotten] = [join(place, 'kept'), join(place, 'forgotten')]
    copyRuntime(upTo(1), { from, rebuilt, to: kept })
    assert.deepEqual(there(kept), ['history', 'trees', 'local/old'])
    copyRuntime({ ...upTo(1), secrets: 'forgotten' }, { from, rebuilt, to: forgotten })
    assert.deepEqual(there(forgotten), ['history', 'trees'])
  })

  it('do not go back to before secrets that the key manager has forgotten', () => {
    const [none, one, other] = [[], [1], [2]].map((bytes) => Uint8Array.from(bytes))
    assert.equal(secretsOf('c0', one!, one!), 'kept')
    assert.equal(secretsOf('c0', none!, none!), 'kept')
    assert.equal(secretsOf('c0', one!, none!), 'forgotten')
    assert.throws(() => secretsOf('c0', other!, one!), {
      reason: 'localnet.paratimes',
      message: /the key manager c0 has other secrets now than it had then, .* or choose a later/,
    })
  })
})
