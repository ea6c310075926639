import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import {
  EncryptedEphemeralSecret,
  EncryptedMasterSecret,
  InitResponse,
  PolicySgx,
  SignedEncryptedEphemeralSecret,
  SignedEncryptedMasterSecret,
  SignedInitResponse,
  SignedPolicySgx,
  Status,
} from '@wadi/consensus/keymanager'
import { PublicKey } from '@wadi/primitives/publicKey'
import fc from 'fast-check'
import { GENERATE_TRIES_MAX, LOAD_TRIES_MAX } from '../limits.ts'
import type { SecretsEffect } from './effect.ts'
import { chooseHeight } from './generateSecrets.ts'
import type { SecretsInput, SeenInput } from './input.ts'
import { type SecretsState, startSecrets } from './secretsState.ts'
import { stepSecrets } from './step.ts'

const keyOf = (byte: number) => PublicKey.check(new Uint8Array(32).fill(byte))
const OWN = keyOf(1)
const OTHER = keyOf(2)
const RESPONSE = make(SignedInitResponse, { initResponse: make(InitResponse, {}) })
const CHECKSUM = new Uint8Array(32).fill(7)

const master = (generation: bigint, epoch: bigint) =>
  make(SignedEncryptedMasterSecret, {
    secret: make(EncryptedMasterSecret, { generation, epoch }),
  })
const ephemeral = (epoch: bigint) =>
  make(SignedEncryptedEphemeralSecret, { secret: make(EncryptedEphemeralSecret, { epoch }) })
const statusWith = (change: Partial<Status>) =>
  make(Status, { isInitialized: true, nodes: [OWN], ...change })
const withRotation = (interval: bigint) =>
  make(SignedPolicySgx, { policy: make(PolicySgx, { masterSecretRotationInterval: interval }) })

/** A node, and what the consensus layer says to it. */
class TestKeeper {
  state: SecretsState = startSecrets(OWN)
  wanted: SecretsEffect[] = []
  seen: SeenInput = {
    kind: 'seen',
    height: 1n,
    epoch: { number: 1n, firstHeight: 1n, interval: 100n, draw: 0 },
    status: undefined,
    masterSecret: undefined,
    ephemeralSecret: undefined,
  }

  give(...inputs: SecretsInput[]): this {
    this.wanted = []
    for (const input of inputs) {
      const { state, effects } = stepSecrets(this.state, input)
      this.state = state
      this.wanted.push(...effects)
    }
    return this
  }

  /** The next height, at which some things are other than before. */
  see(change: Partial<SeenInput> = {}): this {
    this.seen = { ...this.seen, height: this.seen.height + 1n, ...change }
    return this.give(this.seen)
  }

  seeEpoch(number: bigint, change: Partial<SeenInput> = {}): this {
    const firstHeight = this.seen.height + 1n
    return this.see({ epoch: { number, firstHeight, interval: 100n, draw: 0 }, ...change })
  }

  get kinds(): string[] {
    return this.wanted.map(({ kind }) => kind)
  }

  /** The last effect of a kind. */
  last<K extends SecretsEffect['kind']>(kind: K): Extract<SecretsEffect, { kind: K }> {
    const found = this.wanted.findLast((effect) => effect.kind === kind)
    assert.ok(found !== undefined, `it wants no ${kind}`)
    return found as Extract<SecretsEffect, { kind: K }>
  }

  /** A node whose enclave is up. */
  static up(status?: Status): TestKeeper {
    const keeper = new TestKeeper().give({ kind: 'enclave', isUp: true })
    return status === undefined ? keeper : keeper.see({ status })
  }

  /** One that is ready, with everything made for the next epoch. */
  static ready(status = statusWith({})): TestKeeper {
    const keeper = TestKeeper.up(status)
    return keeper.give(
      { kind: 'initialized', response: RESPONSE },
      { kind: 'registered' },
      { kind: 'generated', what: 'master', epoch: 2n, outcome: 'published' },
      { kind: 'generated', what: 'ephemeral', epoch: 2n, outcome: 'published' },
    )
  }
}

const DOWN = { kind: 'enclave', isUp: false } as const
const UP = { kind: 'enclave', isUp: true } as const

describe('the enclave of a key manager', () => {
  it('is made ready when it is up and there is a status, whichever comes first', () => {
    const status = statusWith({ nodes: [] })
    assert.deepEqual(TestKeeper.up(status).kinds, ['init'])
    const later = new TestKeeper().see({ status })
    assert.deepEqual(later.kinds, [])
    assert.deepEqual(later.give(UP).kinds, ['init'])
  })

  it('is made ready again with each status, and each time that it begins anew', () => {
    const keeper = TestKeeper.ready(statusWith({ nodes: [] }))
    assert.deepEqual(keeper.see().kinds, [])
    assert.deepEqual(keeper.see({ status: statusWith({ nodes: [OTHER] }) }).kinds, ['init'])
    keeper.give({ kind: 'initialized', response: RESPONSE })
    assert.deepEqual(keeper.give(DOWN).kinds, [])
    assert.deepEqual(keeper.give(UP).kinds, ['init'])
  })

  it('is made ready once more, and by the last status, for all that came meanwhile', () => {
    const keeper = TestKeeper.up(statusWith({ nodes: [] }))
    const last = statusWith({ nodes: [], generation: 5n })
    for (const generation of [3n, 4n, 5n])
      assert.deepEqual(keeper.see({ status: statusWith({ nodes: [], generation }) }).kinds, [])
    keeper.give({ kind: 'initialized', response: RESPONSE })
    assert.deepEqual(keeper.kinds, ['init'])
    assert.deepEqual(keeper.last('init').status, last)
    assert.deepEqual(keeper.give({ kind: 'initialized', response: RESPONSE }).kinds, ['register'])
  })

  it('is tried again after a while, each time a longer one, and at once for a new status', () => {
    const keeper = TestKeeper.up(statusWith({ nodes: [] }))
    for (const failures of [0, 1, 2]) {
      keeper.give({ kind: 'initialized', response: undefined })
      assert.equal(keeper.last('retry-init').failures, failures)
      assert.deepEqual(keeper.give({ kind: 'timeout' }).kinds, ['init'])
    }
    keeper.give({ kind: 'initialized', response: undefined })
    assert.deepEqual(keeper.see({ status: statusWith({ nodes: [OTHER] }) }).kinds, ['init'])
    assert.deepEqual(keeper.give({ kind: 'timeout' }).kinds, [])
    keeper.give({ kind: 'initialized', response: RESPONSE })
    assert.deepEqual(keeper.last('register').response, RESPONSE)
    keeper.see({ status: statusWith({}) }).give({ kind: 'initialized', response: undefined })
    assert.equal(keeper.last('retry-init').failures, 0)
  })

  it('is ready for others when the node is registered with what it said', () => {
    const keeper = TestKeeper.up(statusWith({})).give({ kind: 'initialized', response: RESPONSE })
    assert.equal(keeper.state.isReady, false)
    assert.equal(keeper.give({ kind: 'registered' }).state.isReady, true)
  })

  it('says nothing that counts while it is down', () => {
    const keeper = TestKeeper.up(statusWith({})).give(DOWN)
    assert.deepEqual(keeper.give({ kind: 'initialized', response: RESPONSE }).kinds, [])
    assert.deepEqual(keeper.give(UP).kinds, ['init'])
  })
})

describe('secrets', () => {
  it('are made at once by who is alone, for the next epoch', () => {
    const keeper = TestKeeper.up(statusWith({}))
    assert.deepEqual(keeper.kinds, ['init', 'generate-master', 'generate-ephemeral'])
    const { generation, epoch } = keeper.last('generate-master')
    assert.deepEqual([generation, epoch], [0n, 2n])
    assert.equal(keeper.last('generate-ephemeral').epoch, 2n)
    assert.deepEqual(keeper.see().kinds, [])
  })

  it('are made by members of the committee only, and while the enclave is up', () => {
    assert.deepEqual(TestKeeper.up(statusWith({ nodes: [OTHER] })).kinds, ['init'])
    assert.deepEqual(new TestKeeper().see({ status: statusWith({}) }).kinds, [])
  })

  it('are made from a height of its own on by who is not alone', () => {
    const status = statusWith({ nodes: [OWN, OTHER] })
    const epoch = { number: 1n, firstHeight: 1n, interval: 100n, draw: 5 }
    const keeper = TestKeeper.up().see({ status, epoch })
    assert.equal(keeper.state.generateHeight, 16n)
    assert.deepEqual(keeper.see({ height: 15n }).kinds, [])
    assert.deepEqual(keeper.see({ height: 16n }).kinds, ['generate-master', 'generate-ephemeral'])
  })

  it('are not made where somebody has published them already', () => {
    const published = { masterSecret: master(0n, 2n), ephemeralSecret: ephemeral(2n) }
    const keeper = TestKeeper.up().see({ status: statusWith({}), ...published })
    assert.deepEqual(keeper.kinds, ['init', 'load-master', 'load-ephemeral'])
  })

  it(`are tried ${GENERATE_TRIES_MAX} times in an epoch, and again in the next one`, () => {
    const keeper = TestKeeper.up(statusWith({}))
    const failed = { kind: 'generated', outcome: 'failed' } as const
    let tries = 1
    for (let i = 0; i < 2 * GENERATE_TRIES_MAX; i++) {
      keeper.give({ ...failed, what: 'master', epoch: 2n })
      if (keeper.see().kinds.includes('generate-master')) tries++
    }
    assert.equal(tries, GENERATE_TRIES_MAX)
    assert.deepEqual(keeper.seeEpoch(2n).kinds, ['generate-master'])
  })

  it('of the last epoch that were published late are no reason to make none in this one', () => {
    const keeper = TestKeeper.up(statusWith({})).seeEpoch(2n)
    assert.deepEqual(keeper.kinds, [])
    const late = { kind: 'generated', epoch: 2n, outcome: 'published' } as const
    keeper.give({ ...late, what: 'ephemeral' }).see()
    assert.deepEqual(keeper.kinds, ['generate-ephemeral'])
  })

  it('of a later generation are made an epoch before the interval is over, if there is one', () => {
    const after = (interval: bigint | undefined) => {
      const policy = interval === undefined ? undefined : withRotation(interval)
      const status = statusWith({ checksum: CHECKSUM, generation: 3n, rotationEpoch: 5n, policy })
      const keeper = TestKeeper.ready(status)
      const made: [bigint, bigint][] = []
      for (let epoch = 2n; epoch < 20n && made.length === 0; epoch++) {
        keeper.seeEpoch(epoch)
        if (keeper.kinds.includes('generate-master'))
          made.push([epoch, keeper.last('generate-master').generation])
      }
      return made
    }
    assert.deepEqual(after(4n), [[8n, 4n]])
    assert.deepEqual(after(1n), [[5n, 4n]])
    assert.deepEqual(after(0n), [])
    assert.deepEqual(after(undefined), [])
  })

  it('are not made while the proposal for the next epoch may still be accepted', () => {
    const keeper = TestKeeper.ready().seeEpoch(2n, { masterSecret: master(0n, 3n) })
    assert.ok(!keeper.kinds.includes('generate-master'))
    assert.ok(keeper.seeEpoch(3n).kinds.includes('generate-master'))
  })

  it('that were published are given to the enclave, and others are told of a proposal', () => {
    const keeper = TestKeeper.ready().see({ masterSecret: master(0n, 2n) })
    assert.deepEqual(keeper.kinds, ['load-master'])
    const { id } = keeper.last('load-master')
    assert.deepEqual(keeper.give({ kind: 'loaded', what: 'master', id, outcome: 'loaded' }).kinds, [
      'init',
    ])
    assert.deepEqual(keeper.see().kinds, [])
  })

  it(`are given to it ${LOAD_TRIES_MAX} times, once with each height`, () => {
    const keeper = TestKeeper.ready().see({ ephemeralSecret: ephemeral(2n) })
    let tries = 0
    for (let i = 0; i < 2 * LOAD_TRIES_MAX; i++) {
      if (!keeper.kinds.includes('load-ephemeral')) break
      tries++
      const { id } = keeper.last('load-ephemeral')
      assert.deepEqual(keeper.see().kinds, [])
      keeper.give({ kind: 'loaded', what: 'ephemeral', id, outcome: 'failed' }).see()
    }
    assert.equal(tries, LOAD_TRIES_MAX)
  })

  it('that are published while another one is being taken are taken afterwards', () => {
    const keeper = TestKeeper.ready().see({ ephemeralSecret: ephemeral(2n) })
    const { id } = keeper.last('load-ephemeral')
    assert.deepEqual(keeper.see({ ephemeralSecret: ephemeral(3n) }).kinds, [])
    keeper.give({ kind: 'loaded', what: 'ephemeral', id, outcome: 'loaded' }).see()
    assert.equal(keeper.last('load-ephemeral').secret.secret.epoch, 3n)
  })

  it('are given to an enclave that began anew', () => {
    const keeper = TestKeeper.ready().see({ ephemeralSecret: ephemeral(2n) })
    const { id } = keeper.last('load-ephemeral')
    keeper.give({ kind: 'loaded', what: 'ephemeral', id, outcome: 'loaded' }, DOWN, UP).see()
    assert.deepEqual(keeper.kinds, ['load-ephemeral'])
  })
})

describe('the height at which secrets are made', () => {
  it('is in the part of the epoch in which others still have time to take them', () => {
    fc.assert(
      fc.property(
        fc.bigInt(1n, 2n ** 40n),
        fc.bigInt(0n, 2n ** 20n),
        fc.nat(2 ** 32 - 1),
        (firstHeight, interval, draw) => {
          const height = chooseHeight({ number: 1n, firstHeight, interval, draw })
          assert.ok(height >= firstHeight + interval / 10n)
          assert.ok(height <= firstHeight + interval / 2n)
        },
      ),
    )
  })
})

describe('whatever happens to a node that keeps secrets', () => {
  const inputs = fc.oneof(
    fc.record({ kind: fc.constant('enclave'), isUp: fc.boolean() }),
    fc.record({
      kind: fc.constant('initialized'),
      response: fc.option(fc.constant(RESPONSE), { nil: undefined }),
    }),
    fc.record({
      kind: fc.constant('loaded'),
      what: fc.constantFrom('master', 'ephemeral'),
      id: fc.nat(5),
      outcome: fc.constantFrom('loaded', 'failed'),
    }),
    fc.record({
      kind: fc.constant('generated'),
      what: fc.constantFrom('master', 'ephemeral'),
      epoch: fc.bigInt(1n, 4n),
      outcome: fc.constantFrom('published', 'failed'),
    }),
    fc.constant({ kind: 'registered' }),
    fc.constant({ kind: 'timeout' }),
    fc.record({
      kind: fc.constant('seen'),
      height: fc.bigInt(1n, 200n),
      epoch: fc.record({
        number: fc.bigInt(1n, 3n),
        firstHeight: fc.constant(1n),
        interval: fc.constant(10n),
        draw: fc.nat(100),
      }),
      status: fc.option(
        fc.constantFrom(statusWith({}), statusWith({ nodes: [OWN, OTHER], generation: 1n })),
        { nil: undefined },
      ),
      masterSecret: fc.option(fc.constantFrom(master(0n, 2n), master(1n, 3n)), { nil: undefined }),
      ephemeralSecret: fc.option(fc.constantFrom(ephemeral(2n), ephemeral(3n)), {
        nil: undefined,
      }),
    }),
  )

  it('has one thing of each kind done at a time, and nothing by an enclave that is down', () => {
    fc.assert(
      fc.property(fc.array(inputs, { maxLength: 60 }), (given) => {
        const keeper = new TestKeeper()
        const underWay = new Set<string>()
        for (const input of given as SecretsInput[]) {
          if (input.kind === 'initialized') underWay.delete('init')
          if (input.kind === 'generated') underWay.delete(`generate-${input.what}`)
          if (input.kind === 'loaded' && keeper.state[input.what].loading === input.id)
            underWay.delete(`load-${input.what}`)
          keeper.give(input)
          for (const { kind } of keeper.wanted) {
            if (kind === 'register' || kind === 'retry-init') continue
            assert.ok(keeper.state.isEnclaveUp)
            assert.ok(!underWay.has(kind), kind)
            underWay.add(kind)
          }
        }
      }),
    )
  })
})
