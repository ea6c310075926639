import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { checkEvidence } from '../basic/checkEvidence.ts'
import { headerHash } from '../hashing/headerHash.ts'
import type { Commit, CommitSig } from '../types/commit.ts'
import type { LightClientAttackEvidence } from '../types/evidence.ts'
import type { Header } from '../types/header.ts'
import type { LightBlock } from '../types/lightBlock.ts'
import { isMadeUp } from './attack.ts'
import { LightClient } from './lightClient.ts'
import { BLOCK_LAG_MS, CLOCK_DRIFT_MS, DEFAULT_TRUST_LEVEL } from './lightRules.ts'
import { PROVIDER_CHANGES_MAX, TRUSTED_BLOCKS_MAX } from './limits.ts'
import { cheapDialect, LIGHT_CHAIN_ID, LightChain, timeAt } from './testing/lightChain.ts'
import { newTaskLog, runTask, type TaskLog, type TestProvider } from './testing/runTask.ts'
import { verifyAttack } from './verifyAttack.ts'

const RULES = {
  dialect: cheapDialect,
  trustLevel: DEFAULT_TRUST_LEVEL,
  trustPeriodMs: 1_000_000,
  clockDriftMs: CLOCK_DRIFT_MS,
}
const LAST = 120n
const NOW = timeAt(LAST + 1n)

/** Six validators; one is exchanged every four blocks. */
const chain = new LightChain({
  last: LAST,
  membersAt: (height) => Array.from({ length: 6 }, (_, i) => i + Number(height / 4n)),
})

/** A chain of the same validators all the time. */
const constant = new LightChain({ last: LAST, membersAt: () => [0, 1, 2, 3, 4, 5] })

interface SessionOptions {
  readonly trusted?: LightChain
  readonly height?: bigint
  readonly areReplaced?: boolean
}

class Session {
  readonly client: LightClient
  readonly log: TaskLog = newTaskLog()
  readonly #providers: readonly TestProvider[]

  constructor(
    providers: readonly TestProvider[],
    { trusted = chain, height = 1n, areReplaced = false }: SessionOptions = {},
  ) {
    this.#providers = providers
    this.client = new LightClient({
      chainId: LIGHT_CHAIN_ID,
      rules: RULES,
      providerCount: providers.length,
      areReplaced,
    })
    this.client.restore(trusted.at(height))
  }

  verifyAt(height: bigint): Header {
    const task = this.client.verifyAt(height, NOW)
    return runTask(task, this.#providers, this.log).signedHeader.header
  }

  update(): Header | undefined {
    const task = this.client.update(NOW)
    return runTask(task, this.#providers, this.log)?.signedHeader.header
  }
}

function headerAt(height: bigint, of: LightChain = chain): Header {
  return of.at(height).signedHeader.header
}

function lunatic(header: Header): Header {
  return { ...header, appHash: new Uint8Array(32) }
}

function other(header: Header): Header {
  return { ...header, dataHash: new Uint8Array(32) }
}

describe('a light client', () => {
  it('begins with a block whose hash it knows, and with nobody who shows another', () => {
    const begin = (providers: readonly TestProvider[], hash = headerHash(headerAt(5n))) => {
      const { client } = new Session(providers)
      runTask(client.begin({ height: 5n, hash }), providers)
      assert.deepEqual(client.trusted.at(-1), chain.at(5n))
      return [client.primary, ...client.witnesses]
    }
    const liar = chain.forked({ from: 3n, change: lunatic })
    assert.deepEqual(begin([chain, chain]), [0, 1])
    assert.deepEqual(begin([liar, chain, chain]), [1, 2])
    assert.deepEqual(begin([chain, liar, chain]), [0, 2])
    assert.deepEqual(begin(['nobody', chain, chain]), [1, 2, 0])
    assert.throws(() => begin([chain, chain], new Uint8Array(32)), { reason: 'light.noWitnesses' })
    assert.throws(() => begin([liar, chain]), { reason: 'light.noWitnesses' })
    assert.throws(() => begin([chain, liar]), { reason: 'light.noWitnesses' })
    assert.throws(() => begin(['nobody', 'nobody']), { reason: 'light.noProvider' })
    const unsigned = chain.forked({ from: 5n, change: (header) => header, signers: [1] })
    assert.deepEqual(begin([unsigned, chain, chain]), [1, 2])
    assert.throws(() => begin([unsigned, chain]), {
      reason: 'light.noWitnesses',
      message: /not enough voting power/,
    })
  })

  it('jumps as far as its trust reaches, and asks for no more than it needs', () => {
    const session = new Session([chain, chain])
    assert.deepEqual(session.verifyAt(LAST), headerAt(LAST))
    const heights = session.log.fetched.filter(({ provider }) => provider === 0)
    assert.ok(heights.length < 40, `${heights.length} blocks for ${LAST} heights`)
    const once = new Session([constant, constant], { trusted: constant })
    once.verifyAt(LAST)
    assert.deepEqual(once.log.fetched, [
      { provider: 0, height: LAST },
      { provider: 1, height: LAST },
    ])
  })

  it('remembers what it has believed, up to a bound', () => {
    const session = new Session([constant, constant], { trusted: constant })
    session.verifyAt(50n)
    session.verifyAt(50n)
    assert.equal(session.log.fetched.length, 2)
    const heights = session.client.trusted.map(({ signedHeader }) => signedHeader.header.height)
    assert.deepEqual(heights, [1n, 50n])
    assert.deepEqual(session.verifyAt(20n), headerAt(20n, constant))
    const long = new LightChain({ last: 3000n, membersAt: () => [0] })
    for (let height = 1n; height <= TRUSTED_BLOCKS_MAX + 5; height++)
      session.client.restore(long.at(height))
    assert.equal(session.client.trusted.length, TRUSTED_BLOCKS_MAX)
  })

  it('follows the newest block', () => {
    const session = new Session([chain, chain])
    assert.deepEqual(session.update(), headerAt(LAST))
    assert.equal(session.update(), undefined)
  })

  it('goes back by the hashes, and not to another block', () => {
    const session = new Session([chain, chain], { height: 60n })
    assert.deepEqual(session.verifyAt(50n), headerAt(50n))
    const liar = chain.forked({ from: 3n, change: other })
    const lied = new Session([liar, chain, chain], { height: 60n })
    assert.deepEqual(lied.verifyAt(50n), headerAt(50n))
    assert.deepEqual([lied.client.primary, ...lied.client.witnesses], [1, 2])
    const unsigned = new Session([changing(50n, junkSigned), chain, chain], { height: 60n })
    assert.deepEqual(unsigned.verifyAt(50n), headerAt(50n))
    assert.deepEqual(unsigned.log.bad, [0])
    const inBetween = (height: bigint) => ({
      kind: 'found' as const,
      block: (height === 50n ? chain : liar).at(height),
    })
    const replaced = new Session([inBetween, chain, chain], { height: 60n })
    assert.deepEqual(replaced.verifyAt(50n), headerAt(50n))
    assert.deepEqual(replaced.log.bad, [0])
  })

  it('asks somebody else if the one it asks has nothing, or nonsense', () => {
    for (const bad of ['nobody' as const, chain.shortened(5n)]) {
      const session = new Session([bad, chain, chain])
      assert.deepEqual(session.verifyAt(100n), headerAt(100n))
      assert.equal(session.client.primary, 1)
      assert.deepEqual(session.client.witnesses, [2, 0])
    }
    const wrong = (height: bigint) => ({ kind: 'found' as const, block: chain.at(height + 1n) })
    const session = new Session([wrong, chain, chain])
    assert.deepEqual(session.verifyAt(100n), headerAt(100n))
    assert.deepEqual(session.client.witnesses, [2])
    assert.deepEqual(session.log.bad, [0])
  })

  it('replaces who shows a block that was not signed, be it the very one that is sought', () => {
    for (const at of [30n, 100n, LAST]) {
      const session = new Session([changing(at, junkSigned), chain, chain])
      assert.deepEqual(session.verifyAt(at), headerAt(at))
      assert.deepEqual([session.client.primary, ...session.client.witnesses], [1, 2])
      assert.deepEqual(session.log.bad, [0])
    }
    const newest = new Session([changing(LAST, junkSigned), chain, chain])
    assert.deepEqual(newest.update(), headerAt(LAST))
    const made = {
      ...chain.at(LAST),
      ...new LightChain({ last: 900n, membersAt: () => [99] }).at(900n),
    }
    const future = (height: bigint) =>
      height === 0n || height === 900n
        ? { kind: 'found' as const, block: made }
        : { kind: 'found' as const, block: chain.at(height) }
    const boasting = new Session([future, chain, chain])
    assert.deepEqual(boasting.update(), headerAt(LAST))
    assert.deepEqual(boasting.log.bad, [0])
  })

  it('asks somebody else if the one it asks has not what is in between', () => {
    const gaps = (height: bigint) =>
      height === 100n ? { kind: 'found' as const, block: chain.at(height) } : missing
    const session = new Session([gaps, chain, chain])
    assert.deepEqual(session.verifyAt(100n), headerAt(100n))
    assert.deepEqual([session.client.primary, ...session.client.witnesses], [1, 2, 0])
    assert.deepEqual(session.log.bad, [])
    for (const few of [
      [gaps, gaps],
      [gaps, gaps, gaps, gaps],
    ]) {
      const nobody = new Session(few)
      assert.throws(() => nobody.verifyAt(100n), { reason: 'light.cannotTrust' })
      const asked = nobody.log.fetched.filter(({ height }) => height === 100n).length
      assert.equal(asked, 1 + PROVIDER_CHANGES_MAX)
    }
  })

  it('lets nobody go behind whom there is somebody else after a report', () => {
    const replaced = (lies: number): TestProvider => {
      let left = lies
      return (height) => {
        const block = chain.at(height)
        return { kind: 'found', block: height > 1n && left-- > 0 ? junkSigned(block) : block }
      }
    }
    for (const lies of [1, 2, 3]) {
      const providers = [replaced(lies), replaced(lies), replaced(lies)]
      const session = new Session(providers, { areReplaced: true })
      assert.deepEqual(session.verifyAt(9n), headerAt(9n))
      assert.equal(session.client.witnesses.length, 2)
    }
    const forever = new Session(Array(3).fill(replaced(Number.POSITIVE_INFINITY)), {
      areReplaced: true,
    })
    assert.throws(() => forever.verifyAt(2n), { name: 'CodedError', reason: 'light.invalid' })
    assert.equal(forever.log.bad.length, 1 + PROVIDER_CHANGES_MAX)
    assert.equal(forever.client.witnesses.length, 2)
  })

  it('has two say the same of a block that it did not come to by its signatures', () => {
    const run = (providers: readonly TestProvider[]) => {
      const session = new Session(providers, { height: 60n })
      const block = runTask(session.client.verifyAt(50n, NOW), providers, session.log)
      runTask(session.client.confirm(block), providers, session.log)
      return session
    }
    assert.equal(run([chain, 'nobody', chain]).client.trusted.length, 2)
    const forked = chain.forked({ from: 40n, change: other })
    assert.deepEqual(run([chain, forked, chain]).client.witnesses, [2])
    assert.throws(() => run([chain, 'nobody']), { reason: 'light.notConfirmed' })
    assert.throws(() => run([chain, forked]), {
      reason: 'light.noWitnesses',
      message: /another block/,
    })
    for (const liar of [rotatedAt, otherProposerAt].map((at) =>
      changing(50n, ({ signedHeader }) => at(signedHeader.header.height)),
    ))
      for (const [providers, reported] of [
        [[liar, chain, chain], [0]],
        [[chain, chain, liar], [2]],
        [
          [chain, liar],
          [0, 1],
        ],
      ] as const) {
        const session = new Session(providers, { height: 60n })
        const block = runTask(session.client.verifyAt(50n, NOW), providers, session.log)
        const confirm = () => runTask(session.client.confirm(block), providers, session.log)
        assert.throws(confirm, { reason: 'light.otherPriorities' })
        assert.deepEqual(session.log.bad, reported)
        assert.deepEqual(session.client.trusted, [chain.at(60n)], 'it is asked for again')
      }
    const asked = run([chain, chain])
    const { length } = asked.log.fetched
    runTask(asked.client.confirm(asked.client.trusted[0]!), [chain, chain], asked.log)
    assert.equal(asked.log.fetched.length, length, 'once is enough')
  })

  it('gives a commit whose signatures are all right, of the block that the next one names', () => {
    const { commit } = chain.at(50n).signedHeader
    const { lastBlockId } = headerAt(51n)
    const wholeCommit = (providers: readonly TestProvider[], blockId = lastBlockId!) => {
      const session = new Session(providers)
      const task = session.client.wholeCommit(chain.at(50n), blockId)
      return { session, commit: runTask(task, providers, session.log) }
    }
    assert.deepEqual(wholeCommit(['nobody', chain]).commit, commit)
    const tail = (change: (one: Exclude<CommitSig, { flag: 'absent' }>) => CommitSig) =>
      changing(50n, (block) =>
        withSignatures(block, (one, i) => (i === 5 && one.flag !== 'absent' ? change(one) : one)),
      )
    const partSetHeader = { total: 7, hash: new Uint8Array(32) }
    for (const liar of [
      tail((one) => ({ ...one, signature: new Uint8Array(64) })),
      tail((one) => ({ ...one, validatorAddress: new Uint8Array(20) })),
      changing(50n, (block) => {
        const { blockId } = block.signedHeader.commit
        return withCommit(block, { blockId: { ...blockId, partSetHeader } })
      }),
    ]) {
      const { session, ...given } = wholeCommit([liar, chain, liar])
      assert.deepEqual(given.commit, commit)
      assert.deepEqual(session.log.bad, [0])
      assert.equal(session.client.primary, 1)
      assert.throws(() => wholeCommit([liar, liar]), { reason: 'light.noWitnesses' })
    }
    assert.throws(() => wholeCommit(['nobody', 'nobody']), { reason: 'light.noProvider' })
  })

  it('replaces who lies on the way', () => {
    const forged = chain.forked({ from: 2n, change: other, signers: [] })
    const liar = (height: bigint) => ({
      kind: 'found' as const,
      block: (height === 100n ? chain : forged).at(height),
    })
    const session = new Session([liar, chain, chain])
    assert.deepEqual(session.verifyAt(100n), headerAt(100n))
    assert.equal(session.client.primary, 1)
  })

  it('wants a witness who has the same', () => {
    const silent = new Session([chain, 'nobody', 'nobody'])
    assert.throws(() => silent.verifyAt(9n), { reason: 'light.notConfirmed' })
    const one = new Session([chain, 'nobody', chain])
    assert.deepEqual(one.verifyAt(9n), headerAt(9n))
    const noise = (height: bigint) => ({ kind: 'found' as const, block: chain.at(height + 1n) })
    const mixed = new Session([chain, noise, chain])
    assert.deepEqual(mixed.verifyAt(9n), headerAt(9n))
    assert.deepEqual(mixed.client.witnesses, [2])
    assert.throws(() => new Session([chain]), { reason: 'light.noWitnesses' })
    const other9 = (height: bigint) => ({ kind: 'found' as const, block: rotatedAt(height) })
    const proposer = (height: bigint) => ({
      kind: 'found' as const,
      block: otherProposerAt(height),
    })
    for (const liar of [other9, proposer]) {
      const disputed = (providers: readonly TestProvider[], areReplaced = false) => {
        const session = new Session(providers, { areReplaced })
        assert.throws(() => session.verifyAt(9n), { reason: 'light.otherPriorities' })
        assert.deepEqual(session.client.trusted, [chain.at(1n)])
        return session.log.bad
      }
      assert.deepEqual(disputed([chain, liar]), [0, 1], 'nobody knows who is right')
      assert.deepEqual(disputed([liar, chain, chain]), [0])
      assert.deepEqual(disputed([chain, liar, chain]), [1])
      assert.deepEqual(disputed([chain, liar, chain], true), [0, 2, 1], 'or else liars win in time')
    }
  })

  it('gives a witness that is behind the time to catch up', () => {
    let asked = 0
    const slow = (height: bigint) =>
      height === 0n && asked++ === 0
        ? { kind: 'found' as const, block: chain.at(70n) }
        : asked < 2
          ? { kind: 'too-high' as const }
          : { kind: 'found' as const, block: chain.at(height === 0n ? 100n : height) }
    const session = new Session([chain, slow])
    assert.deepEqual(session.verifyAt(100n), headerAt(100n))
    assert.equal(session.log.waitedMs, 2 * CLOCK_DRIFT_MS + BLOCK_LAG_MS)
    const behind = new Session([chain, chain.shortened(70n)])
    assert.throws(() => behind.verifyAt(100n), { reason: 'light.notConfirmed' })
  })

  it('has no height below 1', () => {
    assert.throws(() => new Session([chain, chain]).verifyAt(0n), { reason: 'light.noSuchHeight' })
  })
})

const missing = { kind: 'missing' } as const

/** Has the chain, but for one block. */
function changing(at: bigint, change: (block: LightBlock) => LightBlock): TestProvider {
  return (asked) => {
    const height = asked === 0n ? LAST : asked
    if (height > LAST) return { kind: 'too-high' }
    const block = chain.at(height)
    return { kind: 'found', block: height === at ? change(block) : block }
  }
}

function withCommit(block: LightBlock, change: Partial<Commit>): LightBlock {
  const { header, commit } = block.signedHeader
  return { ...block, signedHeader: { header, commit: { ...commit, ...change } } }
}

function withSignatures(
  block: LightBlock,
  change: (signature: CommitSig, i: number) => CommitSig,
): LightBlock {
  return withCommit(block, { signatures: block.signedHeader.commit.signatures.map(change) })
}

function junkSigned(block: LightBlock): LightBlock {
  const signature = new Uint8Array(64).fill(9)
  return withSignatures(block, (one) => (one.flag === 'absent' ? one : { ...one, signature }))
}

function otherProposerAt(height: bigint): LightBlock {
  const block = chain.at(height)
  const proposer = block.validatorSet.validators[3]
  return { ...block, validatorSet: { ...block.validatorSet, proposer } }
}

function rotatedAt(height: bigint) {
  const block = chain.at(height)
  const validators = block.validatorSet.validators.map((one) => ({
    ...one,
    proposerPriority: one.proposerPriority + 1n,
  }))
  return { ...block, validatorSet: { ...block.validatorSet, validators } }
}

/** Does a full node that has the honest chain take the evidence? */
function verifyWith(honest: LightChain, evidence: LightClientAttackEvidence): void {
  const { commonHeight, conflictingBlock } = evidence
  const { height } = conflictingBlock.signedHeader.header
  checkEvidence({ kind: 'light-client-attack', body: evidence })
  verifyAttack(cheapDialect, {
    evidence,
    commonHeader: honest.at(commonHeight).signedHeader,
    commonValidators: honest.validatorsAt(commonHeight),
    trustedHeader: honest.at(height < honest.last ? height : honest.last).signedHeader,
  })
}

describe('an attack on a light client is seen, and proven if somebody is guilty', () => {
  const kinds = {
    lunatic: chain.forked({ from: 7n, change: lunatic }),
    'lunatic by some': chain.forked({ from: 7n, change: lunatic, signers: range(0, 40) }),
    equivocation: chain.forked({ from: 7n, change: other }),
    amnesia: chain.forked({ from: 7n, change: other, round: 1 }),
  }
  for (const [kind, attack] of Object.entries(kinds)) {
    for (const [who, providers, guilty] of [
      ['primary', [attack, chain], 0],
      ['witness', [chain, attack], 1],
    ] as const)
      it(`${kind}, by the ${who}`, () => {
        const session = new Session(providers)
        assert.throws(() => session.verifyAt(30n), { reason: 'light.attack' })
        assert.deepEqual(
          session.client.trusted.map(({ signedHeader }) => signedHeader.header.height),
          [1n],
        )
        const toHonest = session.log.reports.find(({ provider }) => provider !== guilty)!
        const { evidence } = toHonest
        const isProof = kind !== 'amnesia'
        assert.equal(evidence.byzantineValidators.length > 0, isProof)
        if (isProof) verifyWith(chain, evidence)
        else assert.throws(() => verifyWith(chain, evidence), { reason: 'attack.nobodyGuilty' })
        const { header } = evidence.conflictingBlock.signedHeader
        assert.equal(isMadeUp(header, headerAt(header.height)), kind.startsWith('lunatic'))
        const toLiar = session.log.reports.find(({ provider }) => provider === guilty)
        if (toLiar !== undefined)
          assert.throws(() => verifyWith(chain, toLiar.evidence), 'not what the chain says')
      })
  }

  it('of a future that cannot be, as its time is past', () => {
    const honest = constant.shortened(60n)
    const change = (header: Header) => ({ ...header, time: timeAt(59n) })
    const attack = constant.shortened(58n).forked({ from: 59n, change }, 90n)
    const jump = (height: bigint) => ({ kind: 'found' as const, block: attack.at(height) })
    const session = new Session([jump, honest], { trusted: constant })
    assert.throws(() => session.verifyAt(80n), { reason: 'light.attack' })
    const toHonest = session.log.reports.find(({ provider }) => provider === 1)!
    verifyWith(honest, toHonest.evidence)
  })

  it('and a witness that cannot back up what it shows is only a bad witness', () => {
    const forged = chain.forked({ from: 7n, change: other, signers: [] })
    const session = new Session([chain, forged, chain])
    assert.deepEqual(session.verifyAt(30n), headerAt(30n))
    assert.deepEqual(session.client.witnesses, [2])
    assert.deepEqual(session.log.reports, [])
  })
})

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i)
}

describe('evidence of an attack is refused', () => {
  const attack = chain.forked({ from: 7n, change: lunatic })
  const session = new Session([attack, chain])
  assert.throws(() => session.verifyAt(9n))
  const { evidence } = session.log.reports[0]!
  const { conflictingBlock } = evidence

  it('if it says anything else than what is so', () => {
    verifyWith(chain, evidence)
    const accused = evidence.byzantineValidators
    const cases: readonly (readonly [Partial<LightClientAttackEvidence>, string])[] = [
      [{ totalVotingPower: 61n }, 'attack.otherPower'],
      [{ byzantineValidators: [] }, 'attack.otherValidators'],
      [{ byzantineValidators: accused.toReversed() }, 'attack.otherValidators'],
      [
        { byzantineValidators: accused.map((one) => ({ ...one, votingPower: 11n })) },
        'attack.otherValidators',
      ],
      [{ commonHeight: 9n }, 'attack.otherContent'],
      [{ conflictingBlock: chain.at(9n) }, 'attack.noConflict'],
      [
        { conflictingBlock: { ...conflictingBlock, validatorSet: chain.validatorsAt(40n) } },
        'basic.otherValidators',
      ],
    ]
    for (const [change, reason] of cases)
      assert.throws(() => verifyWith(chain, { ...evidence, ...change }), { reason })
  })

  it('if any signature is wrong, even one more than is needed', () => {
    const { header, commit } = conflictingBlock.signedHeader
    const signatures = commit.signatures.map((one, i) =>
      i === commit.signatures.length - 1 && one.flag !== 'absent'
        ? { ...one, signature: new Uint8Array(32) }
        : one,
    )
    const signedHeader = { header, commit: { ...commit, signatures } }
    const forged = { ...evidence, conflictingBlock: { ...conflictingBlock, signedHeader } }
    assert.throws(() => verifyWith(chain, forged), { reason: 'verifyCommit.badSignature' })
  })

  it('if a stranger is said to have signed twice', () => {
    const twice = new Session([chain.forked({ from: 7n, change: other }), chain])
    assert.throws(() => twice.verifyAt(9n))
    const [report] = twice.log.reports
    const seen = report!.evidence
    const { header, commit } = seen.conflictingBlock.signedHeader
    const signatures = commit.signatures.map((one, i) =>
      i === 0 && one.flag !== 'absent' ? { ...one, validatorAddress: new Uint8Array(20) } : one,
    )
    const signedHeader = { header, commit: { ...commit, signatures } }
    const strange = { ...seen.conflictingBlock, signedHeader }
    const byzantine = seen.byzantineValidators.slice(1)
    const forged = { ...seen, conflictingBlock: strange, byzantineValidators: byzantine }
    assert.throws(() => verifyWith(chain, forged), { reason: 'attack.strangeSigner' })
  })

  it('if the block is of the future, and later than the last one', () => {
    const short = chain.shortened(8n)
    assert.throws(() => verifyWith(short, evidence), { reason: 'attack.noConflict' })
  })
})

describe('whoever a light client asks', () => {
  const forks = [
    chain.forked({ from: 9n, change: lunatic }),
    chain.forked({ from: 9n, change: other, signers: [] }),
    chain.forked({ from: 40n, change: other, membersAt: () => [90, 91, 92] }),
    chain.forked({ from: 2n, change: other, round: 2, signers: range(0, 5) }),
  ]
  const nasty = fc.oneof(
    fc.constantFrom<TestProvider>('nobody', ...forks, chain.shortened(20n)),
    fc.array(fc.constantFrom(chain, ...forks), { minLength: 1, maxLength: 5 }).map(
      (chains): TestProvider =>
        (height) => {
          const pick = chains[Number(height) % chains.length]!
          return { kind: 'found', block: pick.at(height === 0n ? LAST : height) }
        },
    ),
  )

  it('it believes no block that is not of the chain, if one of them is honest', () => {
    fc.assert(
      fc.property(
        fc.array(nasty, { minLength: 1, maxLength: 4 }),
        fc.nat(),
        fc.bigInt(2n, LAST),
        (liars, place, height) => {
          const session = new Session(liars.toSpliced(place % (liars.length + 1), 0, chain))
          try {
            session.verifyAt(height)
          } catch (error) {
            assert.equal((error as Error).name, 'CodedError')
          }
          for (const { signedHeader } of session.client.trusted)
            assert.deepEqual(signedHeader.header, headerAt(signedHeader.header.height))
          assert.ok(session.log.fetched.length < 600)
        },
      ),
      { numRuns: 150 },
    )
  })
})
