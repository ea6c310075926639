import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ROUNDS_BEHIND_MAX } from '../../operations/limits.ts'
import type { ChainFacts, RegistrationFacts } from './facts.ts'
import type { Finding } from './finding.ts'
import { diagnose } from './findings.ts'
import { LIVE_ROUNDS_MIN } from './limits.ts'
import type {
  CommitteeFacts,
  KeeperFacts,
  LivenessFacts,
  RuntimeFacts,
  ServiceFacts,
} from './runtimeFacts.ts'

const NOW = 1_800_000_000n
const EPOCH = 50n
const ID = '8000'
const DUE = { major: 1, minor: 2, patch: 0 }
const OLD = { major: 1, minor: 1, patch: 0 }
const NEXT = { major: 1, minor: 3, patch: 0 }

const registration: RegistrationFacts = {
  nodeId: 'node=',
  owner: { kind: 'known', id: 'owner=', isRegistered: true, vouches: true },
  expiration: EPOCH + 2n,
  isKnown: true,
  lastError: '',
  frozenUntil: 0n,
  eligibleAfter: EPOCH - 9n,
}
const liveness: LivenessFacts = {
  rounds: 100n,
  live: 99n,
  livePercentMin: 90n,
  roundsMin: 20n,
  finalized: 30n,
  missed: 0n,
  missedPercentMax: 10n,
}
const committee: CommitteeFacts = {
  isMember: true,
  seats: 3,
  candidates: 3,
  candidatesMin: 3,
  lacksValidator: false,
  siblings: 0,
  maxPerEntity: 1,
  liveness,
}
const service: ServiceFacts = {
  role: 'compute',
  refusal: undefined,
  versions: [DUE],
  failures: 0,
  suspendedUntil: 0n,
  committee,
}
const runtime: RuntimeFacts = {
  id: ID,
  registered: { isSuspended: false, due: DUE, next: undefined },
  program: { versions: [DUE], runs: true },
  rounds: { last: 500n, isIndexing: false, heightsLeft: undefined, stored: 500n, peers: 2 },
  keyManager: { id: 'c000', isInitialized: true, nodes: 1, isReached: true },
  service,
}
const keeper: KeeperFacts = {
  id: 'c000',
  runs: true,
  due: DUE,
  active: DUE,
  isInitialized: true,
  isCounted: true,
  generation: 3n,
  loaded: 3n,
}

function found(chain: Partial<ChainFacts>): readonly Finding[] {
  return diagnose({
    machine: { now: NOW, folder: undefined },
    node: {
      kind: 'here',
      sync: { isSynced: true, height: 9n, blockTime: NOW, peers: 3, nextBlock: undefined },
      chain: {
        epoch: EPOCH,
        token: { symbol: 'ROSE', exponent: 9 },
        upgrades: [],
        registration,
        election: undefined,
        runtimes: [runtime],
        keeper: undefined,
        ...chain,
      },
    },
  })
}

const ofRuntime = (change: Partial<RuntimeFacts>) =>
  found({ runtimes: [{ ...runtime, ...change }] })
const ofService = (change: Partial<ServiceFacts>) =>
  ofRuntime({ service: { ...service, ...change } })
const ofCommittee = (change: Partial<CommitteeFacts>) =>
  ofService({ committee: { ...committee, isMember: false, liveness: undefined, ...change } })
const ofLiveness = (change: Partial<LivenessFacts>) =>
  ofService({ committee: { ...committee, liveness: { ...liveness, ...change } } })
const idsOf = (findings: readonly Finding[]) => findings.map(({ id }) => id)

/** One thing about the runtime, and nothing else. */
function only(findings: readonly Finding[]): Finding {
  assert.equal(findings.length, 1, idsOf(findings).join(', '))
  assert.equal(findings[0]!.runtime, ID)
  return findings[0]!
}

describe('a compute node', () => {
  it('that makes rounds is well', () => {
    assert.deepEqual(found({}), [])
  })

  it('is told of a runtime that the network does not have, or that is suspended', () => {
    assert.equal(only(ofRuntime({ registered: undefined })).id, 'runtime-unknown')
    const { id, next } = only(
      ofRuntime({ registered: { isSuspended: true, due: DUE, next: undefined } }),
    )
    assert.equal(id, 'runtime-suspended')
    assert.match(next, /when a node registers for it/)
  })

  it('is told of versions that are not to run yet', () => {
    const registered = { isSuspended: false, due: undefined, next: undefined }
    assert.equal(only(ofRuntime({ registered })).id, 'runtime-not-deployed')
    const later = { ...registered, next: { version: DUE, validFrom: 60n } }
    assert.match(only(ofRuntime({ registered: later })).why, /1\.2\.0 is the first, from epoch 60/)
  })

  it('is told of a program that is missing, that does not run, or that will be missing', () => {
    const missing = only(ofRuntime({ program: { versions: [OLD], runs: true } }))
    assert.equal(missing.id, 'program-missing')
    assert.match(missing.why, /1\.2\.0 runs now, and here is 1\.1\.0/)
    const none = only(ofRuntime({ program: { versions: [], runs: false } }))
    assert.match(none.why, /here is none/)
    const fails = only(ofRuntime({ program: { versions: [DUE], runs: false } }))
    assert.equal(fails.id, 'program-not-running')
    const registered = { isSuspended: false, due: DUE, next: { version: NEXT, validFrom: 60n } }
    const next = only(ofRuntime({ registered }))
    assert.equal(next.id, 'next-program-missing')
    assert.match(next.why, /1\.3\.0 runs from epoch 60 on/)
    const both = { versions: [DUE, NEXT], runs: true }
    assert.deepEqual(ofRuntime({ registered, program: both }), [])
  })

  it('is told of history and state that are behind', () => {
    const rounds = (change: Partial<RuntimeFacts['rounds']>) =>
      ofRuntime({ rounds: { ...runtime.rounds, ...change } })
    const history = only(rounds({ isIndexing: true, heightsLeft: 12n }))
    assert.equal(history.id, 'runtime-history-behind')
    assert.match(history.why, /12 are left/)
    assert.deepEqual(rounds({ stored: 500n - ROUNDS_BEHIND_MAX }), [])
    const state = only(rounds({ stored: 499n - ROUNDS_BEHIND_MAX }))
    assert.equal(state.id, 'runtime-storage-behind')
    assert.match(state.next, /^wait/)
    assert.match(only(rounds({ stored: 0n, peers: 0 })).next, /p2p\.seeds/)
  })

  it('is told of a key manager that gives no answers, and whose fault that is', () => {
    const keys = (change: Partial<NonNullable<RuntimeFacts['keyManager']>>) =>
      only(ofRuntime({ keyManager: { ...runtime.keyManager!, ...change } }))
    assert.match(keys({ nodes: 0 }).why, /no node of the network/)
    assert.match(keys({ isInitialized: false }).why, /no secret yet/)
    assert.equal(keys({ isReached: false }).id, 'key-manager-not-reached')
  })

  it('is told that the runtime does not admit it', () => {
    const refusal = 'its admission policy lists owners, and not the one of this node'
    const { id, why } = ofService({ refusal, versions: [DUE] })[0]!
    assert.deepEqual([id, why], ['not-admitted', refusal])
    const isOut = { ...registration, expiration: undefined, lastError: 'forbidden' }
    const runtimes = [{ ...runtime, service: { ...service, refusal, versions: undefined } }]
    assert.deepEqual(idsOf(found({ registration: isOut, runtimes })), ['expired', 'not-admitted'])
  })

  it('is told that it waits with its registration until its runtimes are ready', () => {
    const isOut = { ...registration, expiration: undefined, isKnown: false }
    assert.match(found({ registration: isOut })[0]!.why, /not tried yet/)
    const runtimes = [{ ...runtime, program: { versions: [], runs: false } }]
    const [first, second] = found({ registration: isOut, runtimes })
    assert.equal(first?.id, 'not-registered')
    assert.match(first?.why ?? '', /when all of its runtimes are ready/)
    assert.equal(second?.id, 'program-missing')
  })

  it('is told why it is not elected: other versions, no role, failures', () => {
    const other = only(ofService({ versions: [OLD] }))
    assert.equal(other.id, 'other-version')
    assert.match(other.why, /it has 1\.1\.0, and only 1\.2\.0/)
    assert.equal(only(ofService({ versions: undefined })).id, 'not-registered-for-runtime')
    const out = only(ofService({ failures: 3, suspendedUntil: EPOCH + 8n }))
    assert.equal(out.id, 'left-out-of-runtime')
    assert.match(out.why, /failed it 3 times/)
    assert.deepEqual(ofService({ failures: 3, suspendedUntil: EPOCH }), [])
  })

  it('is told what its committee takes', () => {
    const isNew = { ...registration, eligibleAfter: EPOCH }
    const runtimes = [{ ...runtime, service: { ...service, committee: { ...committee } } }]
    assert.deepEqual(found({ registration: isNew, runtimes }), [])
    const out = [
      { ...runtime, service: { ...service, committee: { ...committee, isMember: false } } },
    ]
    assert.equal(only(found({ registration: isNew, runtimes: out })).id, 'not-in-committee-yet')
    assert.equal(only(ofCommittee({ lacksValidator: true })).id, 'validators-only')
    assert.equal(only(ofCommittee({ siblings: 1 })).id, 'too-many-of-owner-in-committee')
    assert.equal(only(ofCommittee({ siblings: 1, maxPerEntity: 2 })).id, 'not-in-committee')
    const none = only(ofCommittee({ seats: undefined, candidates: 2 }))
    assert.equal(none.id, 'no-committee')
    assert.match(none.why, /2 nodes .* 3 are needed/)
    assert.deepEqual(ofCommittee({ candidates: 4 }), [], 'lots were drawn')
  })

  it('is told of rounds and proposals that it misses', () => {
    assert.deepEqual(ofLiveness({ live: 90n }), [])
    const low = only(ofLiveness({ live: 89n }))
    assert.equal(low.id, 'liveness-low')
    assert.match(low.why, /89 of 100; the runtime demands 90 %/)
    assert.deepEqual(ofLiveness({ rounds: 19n, live: 0n }), [])
    const mild = { livePercentMin: 0n, roundsMin: 0n }
    assert.deepEqual(ofLiveness({ ...mild, live: 50n }), [])
    assert.equal(only(ofLiveness({ ...mild, live: 49n })).id, 'liveness-low')
    assert.deepEqual(ofLiveness({ ...mild, rounds: LIVE_ROUNDS_MIN - 1n, live: 0n }), [])
    assert.deepEqual(ofLiveness({ missed: 3n }), [])
    assert.equal(only(ofLiveness({ missed: 4n })).id, 'proposals-missed')
    assert.deepEqual(ofLiveness({ missed: 4n, missedPercentMax: 0n }), [])
  })

  it('that is frozen or without stake is told of that before elections', () => {
    const runtimes = [{ ...runtime, service: { ...service, versions: [OLD] } }]
    const frozen = { ...registration, frozenUntil: EPOCH + 1n }
    assert.deepEqual(idsOf(found({ registration: frozen, runtimes })), ['frozen'])
  })

  it('that nobody registers is told of its runtimes only', () => {
    const client = { ...runtime, service: undefined }
    assert.deepEqual(found({ registration: undefined, runtimes: [client] }), [])
    const behind = { ...client, rounds: { ...runtime.rounds, stored: 0n } }
    const findings = found({ registration: undefined, runtimes: [behind] })
    assert.equal(only(findings).id, 'runtime-storage-behind')
  })

  it('is never told half a sentence', () => {
    const small = fc.bigInt({ min: 0n, max: 120n })
    const version = fc.constantFrom(DUE, OLD, NEXT)
    const maybe = <A>(one: fc.Arbitrary<A>) => fc.option(one, { nil: undefined })
    const change = fc.record({
      registered: maybe(
        fc.record({
          isSuspended: fc.boolean(),
          due: maybe(version),
          next: maybe(fc.record({ version, validFrom: small })),
        }),
      ),
      program: maybe(fc.record({ versions: fc.array(version), runs: fc.boolean() })),
      rounds: fc.record({
        last: small,
        isIndexing: fc.boolean(),
        heightsLeft: maybe(small),
        stored: maybe(small),
        peers: fc.nat(3),
      }),
      service: maybe(
        fc.record({
          role: fc.constantFrom('compute' as const, 'observer' as const),
          refusal: maybe(fc.constant('no')),
          versions: maybe(fc.array(version, { minLength: 1 })),
          failures: fc.nat(9),
          suspendedUntil: small,
          committee: maybe(
            fc.record({
              isMember: fc.boolean(),
              seats: maybe(fc.nat(5)),
              candidates: fc.nat(5),
              candidatesMin: fc.nat(5),
              lacksValidator: fc.boolean(),
              siblings: fc.nat(2),
              maxPerEntity: maybe(fc.nat(2)),
              liveness: maybe(fc.constant(liveness)),
            }),
          ),
        }),
      ),
    })
    fc.assert(
      fc.property(change, (facts) => {
        for (const { id, what, why, next } of ofRuntime(facts))
          for (const text of [id, what, why, next]) {
            assert.ok(text.length > 0)
            assert.doesNotMatch(text, /undefined|NaN|\[object/)
          }
      }),
    )
  })
})

describe('a key manager', () => {
  const of = (change: Partial<KeeperFacts>) =>
    found({ runtimes: [], keeper: { ...keeper, ...change } })
  const one = (change: Partial<KeeperFacts>) => {
    const findings = of(change)
    assert.equal(findings.length, 1)
    assert.equal(findings[0]!.runtime, keeper.id)
    return findings[0]!
  }

  it('that has all secrets is well', () => {
    assert.deepEqual(of({}), [])
  })

  it('is told of a program that does not run, or is another version', () => {
    assert.equal(one({ runs: false }).id, 'keeper-not-running')
    assert.match(one({ runs: false, due: undefined }).why, /no version/)
    assert.equal(one({ active: OLD }).id, 'keeper-version')
  })

  it('is told of secrets that it lacks, and that nobody counts it', () => {
    assert.match(one({ loaded: undefined }).why, /generation 3, and the node none/)
    assert.match(one({ loaded: 2n }).why, /generation 3, and the node 2/)
    assert.deepEqual(of({ isInitialized: false, loaded: undefined }), [])
    assert.equal(one({ isCounted: false }).id, 'keeper-not-counted')
  })
})
