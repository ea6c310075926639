import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { headerHash } from '@wadi/tendermint/hashing/headerHash'
import type { LightAnswer } from '@wadi/tendermint/light/lightTask'
import { voteSetOfCommit } from '@wadi/tendermint/round/voteSet'
import type { Commit, CommitSig } from '@wadi/tendermint/types/commit'
import type { LightBlock } from '@wadi/tendermint/types/lightBlock'
import fc from 'fast-check'
import { DISCOVERY_MS_MIN, DISPUTES_MAX } from './limits.ts'
import { snapshotOf } from './testing/snapshotApplication.ts'
import {
  CONFIG,
  chain,
  HONEST,
  LAST,
  type Node,
  PARAMS,
  providerOf,
  scene,
  type TestProvider,
} from './testing/stateSyncScene.ts'

/** Of which heights somebody lies. */
type Lies = (height: bigint) => boolean

/** Has the chain, but other blocks of some heights. */
function lying(isLie: Lies, change: (block: LightBlock) => LightBlock): TestProvider {
  const honest = providerOf(chain)
  return {
    ...honest,
    fetchLightBlock(height, answer) {
      honest.fetchLightBlock(height, (found) => answer(changed(found, isLie, change)))
    },
  }
}

function changed(
  found: LightAnswer,
  isLie: Lies,
  change: (block: LightBlock) => LightBlock,
): LightAnswer {
  if (found.kind !== 'found' || !isLie(found.block.signedHeader.header.height)) return found
  return { ...found, block: change(found.block) }
}

function withCommit(block: LightBlock, change: (commit: Commit) => Partial<Commit>): LightBlock {
  const { header, commit } = block.signedHeader
  return { ...block, signedHeader: { header, commit: { ...commit, ...change(commit) } } }
}

type Given = Exclude<CommitSig, { readonly flag: 'absent' }>

/** Changes signatures from a place on. */
function withSignatures(
  block: LightBlock,
  from: number,
  change: (one: Given) => Given,
): LightBlock {
  return withCommit(block, ({ signatures }) => ({
    signatures: signatures.map((one, i) => (i < from || one.flag === 'absent' ? one : change(one))),
  }))
}

const junk = (block: LightBlock): LightBlock =>
  withSignatures(block, 0, (one) => ({ ...one, signature: new Uint8Array(64).fill(9) }))

const otherPriorities = (block: LightBlock): LightBlock => {
  const validators = block.validatorSet.validators.map((one, i) => ({
    ...one,
    proposerPriority: one.proposerPriority + [1n, -1n, 0n, 0n][i]!,
  }))
  return { ...block, validatorSet: { ...block.validatorSet, validators } }
}

const otherProposer = (block: LightBlock): LightBlock => {
  const proposer = block.validatorSet.validators[2]
  return { ...block, validatorSet: { ...block.validatorSet, proposer } }
}

const BACK = {
  trustHeight: LAST,
  trustHash: headerHash(chain.at(LAST).signedHeader.header),
}

/** What came of it, with one snapshot of height 50. */
function syncWith(providers: readonly TestProvider[], config: Partial<typeof CONFIG> = {}): Node {
  const { time, young } = scene([[snapshotOf(50n, 3)]])
  young.sync(providers, config)
  time.advance(300_000)
  return young
}

/** Everything is as the chain has it. */
function assertTrue({ synced, failures, blockStore }: Node): void {
  assert.deepEqual(failures, [])
  const [state] = synced
  assert.equal(state?.lastBlockHeight, 50n)
  assert.deepEqual(state.lastBlockId, chain.at(51n).signedHeader.header.lastBlockId)
  assert.deepEqual(state.validators, chain.at(51n).validatorSet)
  assert.deepEqual(state.nextValidators, chain.at(52n).validatorSet)
  assert.deepEqual(state.consensusParams, PARAMS)
  const commit = blockStore.loadSeenCommit(50n)
  assert.deepEqual(commit, chain.at(50n).signedHeader.commit)
  voteSetOfCommit(commit!, state.lastValidators)
}

/** One liar and two who are honest, with the liar at each place. */
function* places(liar: () => TestProvider): Generator<readonly TestProvider[]> {
  for (const place of [0, 1, 2])
    yield [providerOf(chain), providerOf(chain)].toSpliced(place, 0, liar())
}

describe('state sync learns the truth in spite of a provider', () => {
  for (const [what, isLie] of [
    ['the known block', (height) => height === 3n],
    ['the block of the snapshot', (height) => height === 50n],
    ['the first block after it', (height) => height === 51n],
    ['the second block after it', (height) => height === 52n],
    ['the newest block', (height) => height === LAST],
    ['all blocks', () => true],
  ] as const satisfies readonly (readonly [string, Lies])[])
    it(`that gives ${what} with wrong signatures`, () => {
      const [first] = places(() => lying(isLie, junk))
      assertTrue(syncWith(first!))
      assert.equal(first![0]!.bad.length, 1)
      for (const providers of places(() => lying(isLie, junk))) assertTrue(syncWith(providers))
      const backwards = [lying((height) => isLie(height) && height < LAST, junk), ...HONEST]
      assertTrue(syncWith(backwards, BACK))
    })

  it('whose commit has signatures that nobody needs, and that are wrong', () => {
    for (const change of [
      (one: Given) => ({ ...one, signature: new Uint8Array(64) }),
      (one: Given) => ({ ...one, validatorAddress: new Uint8Array(20).fill(1) }),
    ])
      for (const config of [CONFIG, BACK]) {
        const liar = lying(
          (height) => height === 50n,
          (block) => withSignatures(block, 3, change),
        )
        assertTrue(syncWith([liar, ...HONEST], config))
        assert.equal(liar.bad.length, 1)
      }
  })

  it('whose commit is of the block in other parts', () => {
    const liar = lying(
      (height) => height === 50n,
      (block) =>
        withCommit(block, ({ blockId }) => ({
          blockId: { ...blockId, partSetHeader: { total: 7, hash: new Uint8Array(32).fill(5) } },
        })),
    )
    assertTrue(syncWith([liar, ...HONEST], BACK))
    assert.equal(liar.bad.length, 1)
  })

  it('that lies for a while about what no header holds', () => {
    for (const lie of [otherPriorities, otherProposer])
      for (const config of [CONFIG, BACK])
        for (const place of [0, 1, 2]) {
          let isLying = true
          const liar = lying((height) => isLying && height > 45n && height < LAST, lie)
          const { time, young } = scene([[snapshotOf(50n, 3)]])
          young.sync([...HONEST].toSpliced(place, 0, liar), config)
          time.advance(30_000)
          assert.deepEqual(young.synced, [])
          assert.ok(liar.bad.length > 0)
          isLying = false
          time.advance(30_000)
          assertTrue(young)
        }
  })
})

describe('providers behind whom there are others after a report', () => {
  /** It lies until it is reported so many times. */
  function slot(reports: number, change: (block: LightBlock) => LightBlock): TestProvider {
    let left = reports
    const provider = lying((height) => left > 0 && height !== 3n, change)
    const reportBad = (why: string) => {
      left--
      provider.bad.push(why)
    }
    return { ...provider, isReplaced: true, reportBad }
  }

  const madeUp = (block: LightBlock): LightBlock => {
    const { header, commit } = block.signedHeader
    const appHash = new Uint8Array(32)
    return { ...block, signedHeader: { header: { ...header, appHash }, commit } }
  }

  for (const [what, change, first] of [
    ['wrong signatures', junk, 2],
    ['other headers', madeUp, 2],
    // Nobody could tell if all were of one mind.
    ['other priorities', otherPriorities, 0],
  ] as const)
    it(`are never let go, be it for ${what}`, () => {
      for (const reports of [
        [0, 0, 1],
        [0, 1, 1],
        [first, 1, 1],
        [first, 3, 4],
      ])
        assertTrue(syncWith(reports.map((one) => slot(one, change))))
    })
})

describe('state sync believes nothing and says why', () => {
  /** The time in which providers that always answer contradict each other that often. */
  const msOf = (disputes: number) => disputes * DISCOVERY_MS_MIN

  for (const [what, liar, why] of [
    ['priorities', () => lying(() => true, otherPriorities), /priorities: height 3/],
    [
      'parameters',
      () =>
        providerOf(chain, {
          params: { ...PARAMS, evidence: { ...PARAMS.evidence, maxAgeNumBlocks: 5n } },
        }),
      /parameters: height 51/,
    ],
  ] as const)
    it(`if the same providers always tell different ${what}`, () => {
      for (const providers of places(liar)) {
        const { time, young } = scene([[snapshotOf(50n, 3)]])
        young.sync(providers)
        time.advance(msOf(DISPUTES_MAX) + 500)
        assert.deepEqual([...young.failures, ...young.synced], [])
        time.advance(msOf(1))
        assert.match(young.failures[0]!.message, why)
        assert.deepEqual(young.synced, [])
        const reported = providers.map(({ bad }) => bad.length)
        assert.deepEqual(reported.toSorted(), [0, 0, DISPUTES_MAX + 1])
      }
    })

  it('if nobody is left of those who lied', () => {
    for (const providers of [
      [lying(() => true, junk), lying(() => true, junk), providerOf(chain)],
      [lying(() => true, junk), lying(() => true, junk)],
    ]) {
      const { failures, synced } = syncWith(providers)
      assert.match(failures[0]!.message, /nobody is left .*wrong signature/)
      assert.deepEqual(synced, [])
    }
  })
})

describe('whatever providers say, if one of them is honest', () => {
  const strange = (block: LightBlock): LightBlock =>
    withSignatures(block, 3, (one) => ({ ...one, validatorAddress: new Uint8Array(20).fill(1) }))
  const otherParts = (block: LightBlock): LightBlock =>
    withCommit(block, ({ blockId }) => ({
      blockId: { ...blockId, partSetHeader: { total: 7, hash: new Uint8Array(32).fill(5) } },
    }))
  const otherRound = (block: LightBlock): LightBlock => withCommit(block, () => ({ round: 3 }))
  const otherState = (block: LightBlock): LightBlock => {
    const { header, commit } = block.signedHeader
    const appHash = new Uint8Array(32)
    return { ...block, signedHeader: { header: { ...header, appHash }, commit } }
  }
  const another = (block: LightBlock): LightBlock => {
    const { height } = block.signedHeader.header
    return chain.at(height > 1n ? height - 1n : 2n)
  }
  const noBlock = (block: LightBlock): LightBlock => ({
    ...block,
    validatorSet: { ...block.validatorSet, validators: [] },
  })
  const change = fc.constantFrom(
    junk,
    otherPriorities,
    otherProposer,
    strange,
    otherParts,
    otherRound,
    otherState,
    another,
    noBlock,
  )
  const heights = fc.oneof(
    fc.constant<Lies>(() => true),
    fc.constantFrom(3n, 50n, 51n, 52n, LAST).map(
      (one): Lies =>
        (height) =>
          height === one,
    ),
    fc.bigInt(1n, LAST).map(
      (from): Lies =>
        (height) =>
          height >= from && height !== 3n,
    ),
    fc.bigInt(2n, 7n).map(
      (modulus): Lies =>
        (height) =>
          height % modulus === 0n,
    ),
  )
  const evidence = { ...PARAMS.evidence, maxAgeNumBlocks: 5n }
  /** Made anew for each run. */
  const liar = fc.oneof(
    { weight: 9, arbitrary: fc.tuple(heights, change).map((lie) => () => lying(...lie)) },
    {
      weight: 1,
      arbitrary: fc.constant(() => providerOf(chain, { params: { ...PARAMS, evidence } })),
    },
  )
  const idler = fc.constantFrom(
    () => providerOf(chain, { isSilent: true }),
    () => providerOf(chain.shortened(20n)),
  )
  const others = (one: fc.Arbitrary<() => TestProvider>) =>
    fc.tuple(fc.array(one, { minLength: 1, maxLength: 4 }), fc.nat()).map(
      ([liars, place]) =>
        () =>
          liars.map((make) => make()).toSpliced(place % (liars.length + 1), 0, providerOf(chain)),
    )
  const config = fc.constantFrom(CONFIG, BACK)

  it('the state is true, or there is none', () => {
    let synced = 0
    fc.assert(
      fc.property(others(fc.oneof(liar, idler)), fc.boolean(), config, (make, isReplaced, from) => {
        const providers = make().map((one) => ({ ...one, isReplaced }))
        const node = syncWith(providers, from)
        if (node.synced.length === 0) return
        assertTrue(node)
        synced++
      }),
      { numRuns: 40 },
    )
    assert.ok(synced > 0)
  })

  it('and there is a reason if there is none, though all answer', () => {
    fc.assert(
      fc.property(others(liar), config, (make, from) => {
        const { synced, failures } = syncWith(make(), from)
        assert.equal(synced.length + failures.length, 1)
      }),
      { numRuns: 20 },
    )
  })
})
