import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode, encode } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { PendingUpgrade, type UpgradeDescriptor } from '@wadi/consensus/upgrade'
import type { Context } from '../kernel/context.ts'
import { StopForUpgrade } from '../kernel/upgrader.ts'
import { testContext } from '../testing/testContext.ts'
import { upgradeAt } from '../testing/testGovernance.ts'
import type { UpgradeHandler } from './handler.ts'
import { createUpgrader, type UpgraderOptions } from './upgrader.ts'

const EPOCH = 100n
const inPlace = upgradeAt(EPOCH, 'in-place')
const restarting = upgradeAt(EPOCH, 'restarting')
const other = { ...inPlace.target, consensusProtocol: { major: 99, minor: 0, patch: 0 } }

/** An upgrader whose handlers tell what they did, and which keeps what it is to. */
function upgrader(options: UpgraderOptions = {}) {
  const done: string[] = []
  let kept: readonly PendingUpgrade[] = []
  const handler = (name: string, needsRestart: UpgradeHandler['needsRestart']): UpgradeHandler => ({
    needsRestart,
    beginBlock: () => done.push(`${name} begin`),
    endBlock: () => done.push(`${name} end`),
  })
  const handlers = new Map([
    ['in-place', handler('in-place', false)],
    ['restarting', handler('restarting', true)],
  ])
  const keep = (pending: readonly PendingUpgrade[]) => {
    kept = pending
  }
  const machine = createUpgrader({ handlers, keep, ...options })
  return { machine, done, kept: () => kept }
}

function upgrading(...descriptors: readonly UpgradeDescriptor[]) {
  const made = upgrader()
  for (const descriptor of descriptors) made.machine.submitDescriptor(descriptor)
  return made
}

const begin = testContext({ mode: 'beginBlock' })
const end = testContext({ mode: 'endBlock' })
const at = (lastHeight: bigint, epoch = EPOCH) => ({ epoch, lastHeight })

describe('an upgrader', () => {
  it('takes an upgrade once, and gives it back', () => {
    const { machine } = upgrading(inPlace)
    assert.throws(() => machine.submitDescriptor({ ...inPlace }), { module: 'upgrade', code: 5 })
    machine.submitDescriptor({ ...inPlace, epoch: 101n })
    assert.deepEqual(machine.upgradeOf(inPlace), {
      v: 1,
      descriptor: inPlace,
      upgradeHeight: 0n,
      lastCompletedStage: 0n,
    })
    assert.equal(machine.upgradeOf(restarting), undefined)
    assert.deepEqual(
      machine.pending.map(({ descriptor }) => descriptor.epoch),
      [100n, 101n],
    )
  })

  it('forgets an upgrade that is cancelled, unless it has begun', () => {
    const { machine } = upgrading(inPlace, restarting)
    machine.cancelUpgrade(upgradeAt(5n))
    machine.cancelUpgrade(restarting)
    assert.deepEqual(
      machine.pending.map(({ descriptor }) => descriptor),
      [inPlace],
    )
    machine.consensusUpgrade(begin, at(10n))
    assert.throws(() => machine.cancelUpgrade(inPlace), { module: 'upgrade', code: 6 })
    assert.equal(machine.pending.length, 1)
  })

  it('does nothing before the epoch', () => {
    const { machine, done } = upgrading(inPlace)
    machine.consensusUpgrade(begin, at(10n, EPOCH - 1n))
    machine.consensusUpgrade(end, at(10n, EPOCH - 1n))
    assert.deepEqual(done, [])
    assert.equal(machine.upgradeOf(inPlace)?.upgradeHeight, 0n)
  })

  it('goes on in place, works in both parts of one block, and then forgets', () => {
    const { machine, done } = upgrading(inPlace)
    machine.consensusUpgrade(begin, at(10n))
    machine.consensusUpgrade(end, at(10n))
    assert.deepEqual(done, ['in-place begin', 'in-place end'])
    assert.equal(machine.upgradeOf(inPlace)?.upgradeHeight, 10n)
    assert.equal(machine.upgradeOf(inPlace)?.lastCompletedStage, 1n)
    machine.consensusUpgrade(begin, at(11n))
    assert.deepEqual(done, ['in-place begin', 'in-place end'])
    assert.deepEqual(machine.pending, [])
  })

  it('works again when the block is run again', () => {
    const { machine, done } = upgrading(inPlace)
    for (const ctx of [begin, end, begin, end]) machine.consensusUpgrade(ctx, at(10n))
    assert.equal(done.length, 4)
  })

  it('works as well when the epoch is over, and is not done by a commit', () => {
    const { machine, done } = upgrading(inPlace)
    machine.consensusUpgrade(undefined, at(10n, EPOCH + 5n))
    assert.deepEqual(done, [])
    machine.consensusUpgrade(begin, at(10n, EPOCH + 5n))
    assert.deepEqual(done, ['in-place begin'])
  })

  it('stops for what it cannot do in place, and does not go on however often it is asked', () => {
    const unknown = upgradeAt(EPOCH, 'unknown')
    for (const descriptor of [restarting, unknown, { ...inPlace, target: other }]) {
      const { machine, done } = upgrading(descriptor)
      for (const ctx of [begin, begin, end, undefined])
        assert.throws(() => machine.consensusUpgrade(ctx, at(10n)), StopForUpgrade)
      assert.deepEqual(done, [])
      assert.equal(machine.upgradeOf(descriptor)?.upgradeHeight, 10n)
      assert.equal(machine.upgradeOf(descriptor)?.lastCompletedStage, 0n)
    }
  })

  it('knows at which height an upgrade is in progress', () => {
    const { machine } = upgrading(inPlace)
    assert.equal(machine.hasPendingUpgradeAt(10n), false)
    machine.consensusUpgrade(begin, at(10n))
    assert.equal(machine.hasPendingUpgradeAt(10n), true)
    assert.equal(machine.hasPendingUpgradeAt(11n), false)
    machine.consensusUpgrade(begin, at(11n))
    assert.equal(machine.hasPendingUpgradeAt(10n), false)
    assert.throws(() => machine.hasPendingUpgradeAt(0n), { name: 'BugError' })
  })

  it('does several upgrades in the order in which they were submitted', () => {
    const { machine, done } = upgrading({ ...inPlace, epoch: 99n }, inPlace)
    machine.consensusUpgrade(begin, at(10n, 99n))
    machine.consensusUpgrade(begin, at(11n))
    assert.deepEqual(done, ['in-place begin', 'in-place begin'])
    assert.equal(machine.pending.length, 1)
  })

  it('stops at heights that go back, and in phases in which nothing is done', () => {
    const { machine } = upgrading(inPlace)
    machine.consensusUpgrade(begin, at(10n))
    const wrong: readonly [Context, bigint][] = [
      [begin, 9n],
      [testContext(), 10n],
    ]
    for (const [ctx, height] of wrong)
      assert.throws(() => machine.consensusUpgrade(ctx, at(height)), { name: 'BugError' })
  })
})

describe('what an upgrader keeps', () => {
  it('is given whenever it may have changed, and can be written down', () => {
    const { machine, kept } = upgrading(inPlace)
    assert.deepEqual(kept(), machine.pending)
    machine.consensusUpgrade(begin, at(10n))
    const Kept = list(PendingUpgrade)
    assert.deepEqual(decode(Kept, encode(Kept, kept())), machine.pending)
    machine.consensusUpgrade(begin, at(11n))
    assert.deepEqual(kept(), [])
  })

  it('is kept before the node stops', () => {
    const { machine, kept } = upgrading(restarting)
    assert.throws(() => machine.consensusUpgrade(begin, at(10n)), StopForUpgrade)
    assert.equal(kept()[0]?.upgradeHeight, 10n)
  })

  it('lets a program that can do the upgrade go on with it', () => {
    const { machine, kept } = upgrading(restarting)
    assert.throws(() => machine.consensusUpgrade(begin, at(10n)), StopForUpgrade)
    const next = upgrader({ pending: kept() })
    assert.equal(next.machine.upgradeOf(restarting)?.lastCompletedStage, 1n)
    next.machine.consensusUpgrade(begin, at(10n))
    next.machine.consensusUpgrade(end, at(10n))
    assert.deepEqual(next.done, ['restarting begin', 'restarting end'])
    next.machine.consensusUpgrade(begin, at(11n))
    assert.deepEqual(next.machine.pending, [])
  })

  it('refuses a program that cannot, and does not mind upgrades that have not begun', () => {
    const unknown = upgradeAt(EPOCH, 'unknown')
    for (const descriptor of [unknown, { ...inPlace, target: other }]) {
      const { machine, kept } = upgrading(descriptor)
      upgrader({ pending: kept() })
      assert.throws(() => machine.consensusUpgrade(begin, at(10n)), StopForUpgrade)
      assert.throws(() => upgrader({ pending: kept() }), { reason: 'upgrade.wrongProgram' })
    }
  })

  it('goes on where a restart is assumed, as one does that was restarted', () => {
    const { machine, done } = upgrader({ restarts: 'assumed' })
    machine.submitDescriptor(restarting)
    machine.consensusUpgrade(begin, at(10n))
    machine.consensusUpgrade(end, at(10n))
    machine.consensusUpgrade(begin, at(11n))
    assert.deepEqual(done, ['restarting begin', 'restarting end'])
    assert.deepEqual(machine.pending, [])
    const wrong = upgrader({ restarts: 'assumed' }).machine
    wrong.submitDescriptor({ ...inPlace, target: other })
    assert.throws(() => wrong.consensusUpgrade(begin, at(10n)), StopForUpgrade)
  })
})
