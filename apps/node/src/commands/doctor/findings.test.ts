import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EPOCH_INVALID } from '@wadi/primitives/epoch'
import fc from 'fast-check'
import type {
  ChainFacts,
  ElectionFacts,
  Facts,
  MachineFacts,
  OwnerFacts,
  RegistrationFacts,
  SyncFacts,
} from './facts.ts'
import type { Finding } from './finding.ts'
import { diagnose, spanText } from './findings.ts'
import { CLOCK_OFF_SECONDS_MAX, DISK_FREE_BYTES_MIN } from './limits.ts'

const NOW = 1_800_000_000n
const EPOCH = 50n
const TOKEN = 10n ** 9n

const machine: MachineFacts = {
  now: NOW,
  folder: { path: '/node', freeBytes: DISK_FREE_BYTES_MIN, loose: [] },
}
const sync: SyncFacts = {
  isSynced: true,
  height: 1000n,
  blockTime: NOW - 3n,
  peers: 8,
  nextBlock: undefined,
}
const owner: OwnerFacts = { kind: 'known', id: 'owner=', isRegistered: true, vouches: true }
const registration: RegistrationFacts = {
  nodeId: 'node=',
  owner,
  expiration: EPOCH + 2n,
  isKnown: true,
  lastError: '',
  frozenUntil: 0n,
  eligibleAfter: EPOCH - 9n,
}
const election: ElectionFacts = {
  isWanted: true,
  isElected: true,
  stake: 500n * TOKEN,
  needed: 200n * TOKEN,
  rank: 3,
  maxValidators: 100n,
  leastElected: 300n * TOKEN,
  siblings: 0n,
  maxPerEntity: 1n,
  usesProofs: false,
}
const chain: ChainFacts = {
  epoch: EPOCH,
  token: { symbol: 'ROSE', exponent: 9 },
  upgrades: [],
  registration,
  election,
  runtimes: [],
  keeper: undefined,
}

interface Changes {
  readonly machine?: Partial<MachineFacts>
  readonly sync?: Partial<SyncFacts>
  readonly chain?: Partial<ChainFacts>
  readonly registration?: Partial<RegistrationFacts>
  readonly election?: Partial<ElectionFacts>
}

function factsWith(changes: Changes): Facts {
  return {
    machine: { ...machine, ...changes.machine },
    node: {
      kind: 'here',
      sync: { ...sync, ...changes.sync },
      chain: {
        ...chain,
        registration: { ...registration, ...changes.registration },
        election: { ...election, ...changes.election },
        ...changes.chain,
      },
    },
  }
}

const found = (changes: Changes) => diagnose(factsWith(changes))
const ids = (changes: Changes) => found(changes).map(({ id }) => id)
const only = (changes: Changes): Finding => {
  const all = found(changes)
  assert.equal(all.length, 1, all.map(({ id }) => id).join(', '))
  return all[0]!
}

describe('a node that is well', () => {
  it('has no findings', () => {
    assert.deepEqual(found({}), [])
    assert.deepEqual(found({ chain: { registration: undefined, election: undefined } }), [])
    assert.deepEqual(found({ machine: { folder: undefined } }), [])
    for (const peers of [undefined, 0]) assert.deepEqual(found({ sync: { peers } }), [])
  })
})

describe('a node that does not answer', () => {
  it('is to be started, and its machine is looked at all the same', () => {
    const loose = [{ path: '/node/consensus.pem', mode: 0o644 }]
    const folder = { path: '/node', freeBytes: 0n, loose }
    const node = { kind: 'away', target: 'unix:/node/internal.sock', why: 'ENOENT' } as const
    const findings = diagnose({ machine: { now: NOW, folder }, node })
    const expected = ['not-reachable', 'loose-permissions', 'disk']
    assert.deepEqual(
      findings.map(({ id }) => id),
      expected,
    )
    assert.match(findings[0]!.what, /unix:\/node\/internal\.sock/)
    assert.match(findings[1]!.next, /chmod 600 \/node\/consensus\.pem/)
  })
})

describe('a node that is not in sync', () => {
  it('says how far it is, and is not asked for more', () => {
    const behind = { isSynced: false, blockTime: NOW - 7_200n }
    const { id, why } = only({ sync: behind, registration: { expiration: undefined } })
    assert.equal(id, 'syncing')
    assert.match(why, /2 hours old, and it has 8 peers/)
  })

  it('may lack peers', () => {
    assert.deepEqual(ids({ sync: { isSynced: false, peers: 0 } }), ['syncing', 'no-peers'])
    const old = { blockTime: NOW - 60n, nextBlock: 'did not come' } as const
    assert.deepEqual(ids({ sync: { ...old, peers: 0 } }), ['no-peers', 'no-blocks'])
  })

  it('may follow a network that stands, or have no block at all', () => {
    const standing = { isSynced: false, blockTime: NOW - 90n, nextBlock: 'did not come' } as const
    assert.deepEqual(ids({ sync: standing }), ['syncing', 'no-blocks'])
    assert.deepEqual(ids({ sync: { ...standing, nextBlock: 'came' } }), ['syncing'])
    const { what, why } = only({ sync: { ...standing, height: 0n, blockTime: -62_135_596_800n } })
    assert.equal(what, 'the node has no block yet')
    assert.equal(why, 'the network has not begun, or nobody has sent one; it has 8 peers')
  })

  it('may be a seed, which has none', () => {
    assert.deepEqual(diagnose({ machine, node: { kind: 'seed' } }), [])
  })

  it('may have no chain yet', () => {
    const findings = diagnose({
      machine,
      node: { kind: 'here', sync: undefined, chain: undefined },
    })
    assert.deepEqual(
      findings.map(({ id }) => id),
      ['no-chain'],
    )
  })
})

describe('a clock', () => {
  it('is slow if a block is from the future, beyond ten seconds', () => {
    assert.deepEqual(ids({ sync: { blockTime: NOW + CLOCK_OFF_SECONDS_MAX } }), [])
    const { id, what } = only({ sync: { blockTime: NOW + CLOCK_OFF_SECONDS_MAX + 1n } })
    assert.equal(id, 'clock')
    assert.match(what, /about 11 seconds slow/)
  })

  it('is fast if blocks come and are old, and the network stands if none come', () => {
    const blockTime = NOW - CLOCK_OFF_SECONDS_MAX - 1n
    assert.match(only({ sync: { blockTime, nextBlock: 'came' } }).what, /11 seconds fast/)
    assert.equal(only({ sync: { blockTime, nextBlock: 'did not come' } }).id, 'no-blocks')
    const good = { blockTime: NOW - CLOCK_OFF_SECONDS_MAX, nextBlock: 'came' } as const
    assert.deepEqual(ids({ sync: good }), [])
  })

  it('is told of in the unit that fits', () => {
    const spans = [0n, 119n, 120n, 7_199n, 7_200n, 172_799n, 172_800n].map(spanText)
    const expected = ['0 seconds', '119 seconds', '2 minutes', '119 minutes', '2 hours']
    assert.deepEqual(spans, [...expected, '47 hours', '2 days'])
  })
})

describe('an upgrade', () => {
  const spoken = { major: 7, minor: 0, patch: 0 }
  const upgrade = (needed: typeof spoken) => ({
    chain: { upgrades: [{ handler: 'next', epoch: 60n, needed, spoken }] },
  })

  it('takes another release if it speaks what this one does not', () => {
    const { id, what, why } = only(upgrade({ major: 8, minor: 0, patch: 0 }))
    assert.equal(id, 'upgrade')
    assert.match(what, /next in epoch 60/)
    assert.match(why, /8\.0\.0.*7\.0\.0/)
    assert.deepEqual(ids(upgrade({ major: 6, minor: 0, patch: 0 })), ['upgrade'])
  })

  it('takes none if it speaks the same', () => {
    assert.deepEqual(ids(upgrade(spoken)), [])
    assert.deepEqual(ids(upgrade({ major: 7, minor: 1, patch: 9 })), [])
  })
})

describe('a node that is not registered', () => {
  const cases: readonly (readonly [OwnerFacts, string, RegExp])[] = [
    [{ kind: 'not configured' }, 'no-owner', /registration\.entity_id/],
    [{ kind: 'unknown' }, 'owner-does-not-vouch', /node= among its nodes.*--config/],
    [{ ...owner, isRegistered: false, vouches: false }, 'owner-unknown', /register the entity/],
    [{ ...owner, vouches: false }, 'owner-does-not-vouch', /node= among its nodes/],
    [owner, 'not-registered', /its log has every attempt/],
  ]
  for (const [of, id, next] of cases)
    it(`has a reason: ${id}, ${of.kind}`, () => {
      const never = { expiration: undefined, isKnown: false, owner: of }
      const finding = only({ registration: never, election: { isElected: false } })
      assert.equal(finding.id, id)
      assert.match(finding.next, next)
      const before = { ...never, isKnown: true }
      const expired = only({ registration: before, election: { isElected: false } })
      assert.deepEqual([expired.id, expired.why], ['expired', finding.why])
    })

  it('may have expired, and says what its last attempt met', () => {
    const finding = only({
      registration: { expiration: EPOCH - 1n, lastError: 'gas price too low' },
    })
    assert.equal(finding.id, 'expired')
    assert.match(finding.why, /gas price too low/)
    assert.deepEqual(ids({ registration: { expiration: EPOCH } }), [])
    assert.deepEqual(ids({ registration: { expiration: EPOCH, lastError: 'no' } }), ['not-renewed'])
  })
})

describe('a node that is frozen', () => {
  const frozen = (frozenUntil: bigint) =>
    only({ registration: { frozenUntil }, election: { isElected: false } })

  it('is told until when, and what its owner has to do then', () => {
    const { id, what, next } = frozen(EPOCH + 1n)
    assert.deepEqual([id, what], ['frozen', 'the node is frozen until epoch 51'])
    assert.match(next, /UnfreezeNode for node= then/)
  })

  it('stays so until its owner does that', () => {
    assert.match(frozen(EPOCH).what, /still frozen, and need not be/)
  })

  it('may be so forever', () => {
    assert.match(frozen(EPOCH_INVALID).what, /forever/)
    assert.match(frozen(EPOCH_INVALID).next, /new keys/)
  })
})

describe('a node that is not elected', () => {
  const out = (changes: Partial<ElectionFacts>, more: Changes = {}) =>
    only({ ...more, election: { isElected: false, ...changes } })

  it('may lack stake: how much is said', () => {
    const { id, what } = out({ stake: 150n * TOKEN })
    assert.equal(id, 'stake-too-low')
    assert.equal(what, "its owner's stake is 50.0 ROSE short")
    assert.equal(out({ stake: 200n * TOKEN }).id, 'not-elected-yet')
  })

  it('may not be among the first', () => {
    const { id, why, next } = out({ stake: 250n * TOKEN, rank: 101 })
    assert.equal(id, 'not-among-the-first')
    assert.match(why, /250\.0 ROSE\) it is at place 101, and 100 are elected/)
    assert.match(next, /at least 50\.000000001 ROSE more.*has 300\.0 ROSE/)
    assert.equal(out({ rank: 100 }).id, 'not-elected-yet')
  })

  it('may have an owner with others that are', () => {
    assert.equal(out({ siblings: 1n }).id, 'too-many-of-owner')
    assert.equal(out({ siblings: 1n, maxPerEntity: 2n }).id, 'not-elected-yet')
  })

  it('need not be, if it is to be no validator', () => {
    assert.deepEqual(ids({ election: { isWanted: false, isElected: false, rank: 500 } }), [])
    const short = { isWanted: false, isElected: false, stake: 0n }
    assert.deepEqual(ids({ election: short }), ['stake-too-low'])
  })

  it('may only have to wait', () => {
    const isNew = { registration: { eligibleAfter: EPOCH } }
    assert.match(out({}, isNew).why, /registered in this epoch/)
    assert.match(out({}).why, /nothing keeps it/)
    assert.match(out({ usesProofs: true }).next, /proved its randomness/)
  })

  it('is told of one reason that comes before the others', () => {
    const election = { isElected: false, rank: 500 }
    assert.deepEqual(ids({ election, registration: { frozenUntil: 60n } }), ['frozen'])
    assert.deepEqual(ids({ election: { ...election, stake: 0n } }), ['stake-too-low'])
  })
})

describe('a machine', () => {
  it('has a disk with room for more', () => {
    const folder = (freeBytes: bigint) => ({
      machine: { folder: { path: '/node', freeBytes, loose: [] } },
    })
    assert.deepEqual(ids(folder(DISK_FREE_BYTES_MIN)), [])
    assert.match(only(folder(DISK_FREE_BYTES_MIN - 1n)).what, /has 1\.99 GiB left/)
  })

  it('has a folder that is nobody else’s', () => {
    const loose = [{ path: '/node', mode: 0o755 }]
    const folder = { path: '/node', freeBytes: DISK_FREE_BYTES_MIN, loose }
    const { why, next } = only({ machine: { folder } })
    assert.match(why, /0755/)
    assert.match(next, /chmod 700 \/node/)
  })
})

describe('findings', () => {
  const amount = fc.bigInt({ min: 0n, max: 1_000n * TOKEN })
  const epoch = fc.constantFrom(0n, EPOCH - 1n, EPOCH, EPOCH + 1n, EPOCH_INVALID)
  const ownerOf = fc.constantFrom<OwnerFacts>(
    owner,
    { kind: 'unknown' },
    { kind: 'not configured' },
    { ...owner, isRegistered: false },
    { ...owner, vouches: false },
  )
  const changes = fc.record({
    sync: fc.record({
      isSynced: fc.boolean(),
      blockTime: fc.bigInt({ min: NOW - 10_000n, max: NOW + 100n }),
      peers: fc.option(fc.nat(3), { nil: undefined }),
      nextBlock: fc.constantFrom('came', 'did not come', undefined),
    }),
    registration: fc.record({
      owner: ownerOf,
      expiration: fc.option(epoch, { nil: undefined }),
      isKnown: fc.boolean(),
      lastError: fc.constantFrom('', 'an error'),
      frozenUntil: epoch,
      eligibleAfter: epoch,
    }),
    election: fc.record({
      isElected: fc.boolean(),
      stake: amount,
      needed: amount,
      rank: fc.integer({ min: 1, max: 200 }),
      leastElected: fc.option(amount, { nil: undefined }),
      siblings: fc.constantFrom(0n, 1n, 2n),
    }),
  })

  it('always say what, why and what next, and each of them once', () => {
    fc.assert(
      fc.property(changes, (change) => {
        const findings = found(change as Changes)
        for (const { id, what, why, next } of findings)
          for (const text of [id, what, why, next]) {
            assert.ok(text.length > 0)
            assert.doesNotMatch(text, /undefined|NaN|\[object/)
          }
        assert.equal(new Set(findings.map(({ id }) => id)).size, findings.length)
      }),
    )
  })

  it('never leave out why a synced node is not elected', () => {
    fc.assert(
      fc.property(changes, ({ registration: of, election: standing }) => {
        const election = { ...standing, isElected: false }
        assert.ok(found({ registration: of, election } as Changes).length > 0)
      }),
    )
  })
})
