import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { freePorts } from '@wadi/compose/free-ports'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import { Status as ConsensusStatus, StatusState } from '@wadi/consensus/consensus/status'
import { Status } from '@wadi/consensus/control'
import { errors as controlErrors } from '@wadi/consensus/control/errors'
import { KeymanagerState, KeymanagerStatus } from '@wadi/consensus/control/keymanagerStatus'
import {
  CommitteeState,
  CommitteeStatus,
  RuntimeStatus,
} from '@wadi/consensus/control/runtimeStatus'
import { parseIp } from '@wadi/primitives/ip'
import { Namespace } from '@wadi/primitives/namespace'
import { serveMetrics } from '../metricsServer.ts'
import { askHealth, type Health, healthOf } from './health.ts'
import { BLOCK_AGE_SECONDS_MAX, ROUNDS_BEHIND_MAX } from './limits.ts'
import { serveProfiles } from './profileServer.ts'

const NOW = 1_800_000_000n
const NOW_MS = Number(NOW) * 1000
const RUNTIME = PARATIMES.keyvalue.id
const { ready, syncing } = StatusState.names

const consensus = make(ConsensusStatus, {
  status: ready,
  latestHeight: 100n,
  latestTime: NOW - 3n,
})

function statusWith(changes: Partial<Status>): Status {
  return { ...zero(Status), mode: 'compute', consensus, ...changes }
}

/** Of a node that is well but for that. */
function of(changes: Partial<Status>): Health {
  return healthOf(statusWith(changes), NOW_MS)
}

const reasonOf = (changes: Partial<Status>) => {
  const { healthy, reasons } = of(changes)
  assert.equal(healthy, reasons.length === 0)
  return reasons.map(({ id, why }) => `${id}: ${why}`).join('; ')
}

function runtimes(status: keyof typeof CommitteeState.names, behind = 0n): Partial<Status> {
  const state = make(RuntimeStatus, {
    latestRound: 500n,
    committee: make(CommitteeStatus, { status: CommitteeState.names[status] }),
    storage: { status: 'syncing rounds', lastFinalizedRound: 500n - behind },
  })
  return { runtimes: keyedMap(Namespace, [[RUNTIME, state]]) }
}

describe('health', () => {
  it('is good of a node that follows its chain and its runtimes', () => {
    assert.deepEqual(of(runtimes('ready')), {
      healthy: true,
      mode: 'compute',
      height: 100,
      reasons: [],
    })
  })

  it('is bad while the node has not caught up, or has no new blocks', () => {
    const changed = (fields: Partial<ConsensusStatus>) =>
      reasonOf({ consensus: { ...consensus, ...fields } })
    assert.equal(changed({ status: syncing }), 'syncing: it has not caught up with its chain')
    assert.equal(changed({ latestTime: NOW - BLOCK_AGE_SECONDS_MAX }), '')
    const old = { latestTime: NOW - BLOCK_AGE_SECONDS_MAX - 1n }
    assert.equal(changed(old), 'no-blocks: its last block is 61 seconds old')
    const archive = { mode: 'archive', consensus: { ...consensus, ...old } }
    assert.equal(reasonOf(archive), '')
    assert.equal(reasonOf({ consensus: undefined }), 'no-chain: it says nothing of its chain')
  })

  it('is bad while a runtime waits for something, or is behind', () => {
    const waiting = of(runtimes('waiting for hosted runtime provision'))
    assert.deepEqual(waiting.reasons, [
      {
        id: 'runtime-not-ready',
        why: 'waiting for hosted runtime provision',
        runtime: toHex(RUNTIME),
      },
    ])
    assert.equal(reasonOf(runtimes('ready', ROUNDS_BEHIND_MAX)), '')
    const behind = reasonOf(runtimes('ready', ROUNDS_BEHIND_MAX + 1n))
    assert.equal(behind, 'runtime-behind: its state is 21 rounds behind')
  })

  it('is bad while a key manager does not answer', () => {
    const keeper = (status: keyof typeof KeymanagerState.names) => ({
      keymanager: make(KeymanagerStatus, { status: KeymanagerState.names[status] }),
    })
    assert.equal(reasonOf(keeper('starting')), 'key-manager-not-ready: the key manager is starting')
    assert.equal(reasonOf(keeper('ready')), '')
    assert.equal(reasonOf(keeper('disabled')), '')
  })

  it('is good of a seed that runs', () => {
    const seed = { chainContext: '', addresses: undefined, nodePeers: undefined }
    assert.deepEqual(of({ mode: 'seed', seed, consensus: undefined }).reasons, [])
  })

  it('is bad before the node has calls, and where they say nothing', async () => {
    const idsOf = async (answer: (() => unknown) | undefined) => {
      const methods = answer && { 'NodeController/GetStatus': { answer } }
      const { healthy, reasons } = await askHealth(methods as never, NOW_MS)
      return [healthy, ...reasons.map(({ id }) => id)]
    }
    assert.deepEqual(await idsOf(undefined), [false, 'starting'])
    const fails = () => {
      throw controlErrors.notImplemented()
    }
    assert.deepEqual(await idsOf(fails), [false, 'no-status'])
    const isBroken = () => {
      throw new TypeError('a fault of ours')
    }
    assert.deepEqual(await idsOf(isBroken), [false, 'no-status'])
    assert.deepEqual(await idsOf(() => statusWith({})), [true])
  })

  it('is served beside metrics and beside profiles: 200 if it is good, else 503', async () => {
    let health = of(runtimes('ready'))
    const ask = async () => health
    const [port = 0] = await freePorts(1)
    const metrics = await serveMetrics({
      metrics: new MetricsRegistry(),
      health: ask,
      at: { ip: parseIp('127.0.0.1')!, port },
    })
    const log = createLogger('profiles', SILENT)
    const profiles = await serveProfiles({ host: '127.0.0.1', port: 0, health: ask, log })
    const places = [port, profiles.port].map((at) => `http://127.0.0.1:${at}/health`)
    for (const place of places) {
      const answer = await fetch(place)
      assert.deepEqual([answer.status, await answer.json()], [200, health])
      assert.equal(answer.headers.get('content-type'), 'application/json')
    }
    health = of({ consensus: { ...consensus, status: syncing } })
    for (const place of places) {
      const answer = await fetch(place)
      assert.deepEqual([answer.status, await answer.json()], [503, health])
    }
    assert.equal((await fetch(places[0]!, { method: 'POST' })).status, 404)
    metrics.close()
    profiles.close()
  })
})
