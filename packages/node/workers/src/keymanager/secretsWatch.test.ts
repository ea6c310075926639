import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { make } from '@wadi/cbor/codec'
import { Parameters } from '@wadi/consensus/beacon'
import { errors as keyManagerErrors } from '@wadi/consensus/keymanager/errors'
import { Event as RegistryEvent } from '@wadi/consensus/registry/events'
import { RUNTIME_KINDS, Runtime } from '@wadi/consensus/registry/runtime'
import { Committee } from '@wadi/consensus/scheduler/committee'
import { EscrowEvent, Event as StakingEvent, TakeEscrowEvent } from '@wadi/consensus/staking/events'
import { Namespace } from '@wadi/primitives/namespace'
import { Node } from '@wadi/primitives/node'
import { PublicKey } from '@wadi/primitives/publicKey'
import { accessListOf } from '@wadi/runtime-keymanager/worker/access'
import type { Ask } from '../chain.ts'
import { WATCH_RETRY_MS } from '../limits.ts'
import { SecretsWatch } from './secretsWatch.ts'

const keyManagerId = Namespace.check(new Uint8Array(32).fill(0xc0, 0, 1))
const clientId = Namespace.check(new Uint8Array(32).fill(7, 8))
const keyOf = (byte: number) => PublicKey.check(new Uint8Array(32).fill(byte))
const nodes = [1, 2, 3].map((i) =>
  make(Node, { id: keyOf(i), p2p: { id: keyOf(100 + i), addresses: undefined } }),
)
const runtimes = [
  make(Runtime, { id: keyManagerId, kind: RUNTIME_KINDS.keyManager }),
  make(Runtime, { id: clientId, kind: RUNTIME_KINDS.compute, keyManager: keyManagerId }),
]
const slashed = make(StakingEvent, {
  escrow: make(EscrowEvent, { take: make(TakeEscrowEvent, {}) }),
})

/** A watch over a consensus layer that is as a test wants; who has access as far as it knows. */
function setUp() {
  const time = new VirtualTime()
  const layer = {
    epoch: 1n,
    /** The numbers of the nodes in the committee of the client. */
    committee: [1],
    registered: false,
    slashed: false,
    /** The name of a call that fails. */
    failing: undefined as string | undefined,
  }
  const known = { access: [] as readonly string[], reads: 0, seen: [] as bigint[] }
  const answers: Record<string, () => unknown> = {
    'Beacon/GetEpoch': () => layer.epoch,
    'Beacon/ConsensusParameters': () => make(Parameters, { debugMockBackend: true }),
    'Beacon/GetEpochBlock': () => 1n,
    'Registry/GetEvents': () => (layer.registered ? [make(RegistryEvent, {})] : []),
    'Staking/GetEvents': () => [make(StakingEvent, {}), ...(layer.slashed ? [slashed] : [])],
    'Registry/GetNodes': () => nodes,
    'Registry/GetRuntimes': () => runtimes,
    'Scheduler/GetCommittees': () => {
      const members = layer.committee.map((i) => ({ role: 1, publicKey: keyOf(i) }))
      return [make(Committee, { kind: 1, runtimeId: clientId, members: members as never })]
    },
    'KeyManager.Secrets/GetStatus': () => {
      throw keyManagerErrors.noSuchStatus()
    },
    'KeyManager.Secrets/GetMasterSecret': () => {
      throw keyManagerErrors.noSuchMasterSecret()
    },
    'KeyManager.Secrets/GetEphemeralSecret': () => {
      throw keyManagerErrors.noSuchEphemeralSecret()
    },
  }
  const fatal: unknown[] = []
  const watch = new SecretsWatch({
    ask: (async (name: string) => {
      if (name === layer.failing) throw new UnavailableError('test.gone', 'gone')
      return answers[name]!()
    }) as unknown as Ask,
    keyManagerId,
    random: { bytes: (size) => new Uint8Array(size) },
    timers: time,
    log: createLogger('test', SILENT),
    tell: ({ height }) => void known.seen.push(height),
    tellAccess(sources) {
      known.reads++
      known.access = [...accessListOf(sources).keys()]
    },
    onFatal: (error) => void fatal.push(error),
  })
  let height = 0n
  /** The next height, as it is; answers how often the list was read for it. */
  const next = async (changes: Partial<typeof layer> = {}) => {
    const { reads } = known
    Object.assign(layer, { registered: false, slashed: false }, changes)
    watch.applied(++height)
    await atRest()
    assert.deepEqual(fatal, [])
    return known.reads - reads
  }
  return { layer, known, time, next }
}

const atRest = async () => {
  for (let i = 0; i < 9; i++) await new Promise((resolve) => setImmediate(resolve))
}

const peersOf = (...numbers: number[]) => numbers.map((i) => toHex(keyOf(100 + i)))

describe('watching the consensus layer for who has access to secrets', () => {
  it('reads the list at first, in another epoch, and when somebody registers', async () => {
    const { known, next } = setUp()
    assert.equal(await next(), 1)
    assert.deepEqual(known.access, peersOf(1))
    assert.equal(await next({ committee: [2] }), 0)
    assert.equal(await next({ epoch: 2n }), 1)
    assert.deepEqual(known.access, peersOf(2))
    assert.equal(await next({ registered: true }), 1)
    assert.equal(await next(), 0)
    assert.deepEqual(known.seen, [1n, 2n, 3n, 4n, 5n])
  })

  it('reads it when somebody is slashed: committees are elected again within the epoch', async () => {
    const { known, next } = setUp()
    await next()
    assert.equal(await next({ slashed: true, committee: [3, 2] }), 1)
    assert.deepEqual(known.access, peersOf(2, 3))
    assert.equal(await next(), 0)
  })

  it('reads it again where it could not be read, though the epoch is known by then', async () => {
    const { layer, known, time, next } = setUp()
    await next()
    assert.equal(await next({ epoch: 2n, committee: [2], failing: 'Scheduler/GetCommittees' }), 0)
    assert.deepEqual(known.seen, [1n])
    layer.failing = undefined
    time.advance(WATCH_RETRY_MS)
    await atRest()
    assert.deepEqual(known.access, peersOf(2))
    assert.deepEqual(known.seen, [1n, 2n])
  })
})
