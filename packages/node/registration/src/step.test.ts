import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  beginRegistration,
  type RegistrationInput,
  type RegistrationState,
  stepRegistration,
} from './step.ts'
import { ModelNode } from './testing/modelNode.ts'

const OWNED = { hasOwner: true, isLeaving: false }
const READY = { kind: 'roles', areReady: true } as const
const SYNCED = { kind: 'synced' } as const
const epoch = (number: bigint, dueHeight?: bigint): RegistrationInput => {
  return { kind: 'epoch', epoch: number, dueHeight }
}
const block = (height: bigint): RegistrationInput => ({ kind: 'block', height })
const attempted = (outcome: 'registered' | 'deferred' | 'failed'): RegistrationInput => {
  return { kind: 'attempted', outcome }
}

/** What is done because of each input. */
function run(inputs: readonly RegistrationInput[], beginning = OWNED): readonly string[] {
  let state: RegistrationState = beginRegistration(beginning)
  return inputs.map((input) => {
    const step = stepRegistration(state, input)
    state = step.state
    return step.effects
      .map((effect) => (effect.kind === 'register' ? `register ${effect.epoch}` : effect.kind))
      .join(', ')
  })
}

describe('when a node registers', () => {
  it('is when it has caught up, knows the epoch, and does what it is there for', () => {
    assert.deepEqual(run([SYNCED, READY, epoch(3n)]), ['', '', 'register 3'])
    assert.deepEqual(run([READY, SYNCED, epoch(3n)]), ['', '', 'register 3'])
    assert.deepEqual(run([SYNCED, epoch(3n), READY]), ['', '', 'register 3'])
    assert.deepEqual(run([READY, epoch(3n), SYNCED]), ['', '', ''])
  })

  it('is in each epoch again, from the height on that was drawn', () => {
    const inputs = [SYNCED, READY, epoch(3n, 12n), block(11n), block(12n), attempted('registered')]
    const more = [block(13n), epoch(4n, 22n), block(21n), block(25n)]
    assert.deepEqual(run([...inputs, ...more]), [
      ...['', '', '', '', 'register 3', ''],
      ...['', '', '', 'register 4'],
    ])
  })

  it('is at once when its owner or its roles change', () => {
    const registered = [SYNCED, READY, epoch(3n), attempted('registered')]
    assert.deepEqual(run([...registered, { kind: 'owner' }]).at(-1), 'register 3')
    assert.deepEqual(run([...registered, READY]).at(-1), 'register 3')
  })

  it('is once more when something changes while it registers', () => {
    const inputs = [SYNCED, READY, epoch(3n), READY, { kind: 'owner' } as const]
    assert.deepEqual(run([...inputs, attempted('registered'), attempted('registered')]), [
      ...['', '', 'register 3', '', ''],
      ...['register 3', ''],
    ])
  })

  it('is not while a role is not ready', () => {
    const inputs = [SYNCED, READY, { kind: 'roles', areReady: false } as const, epoch(3n), READY]
    assert.deepEqual(run(inputs), ['', '', '', '', 'register 3'])
  })

  it('is later and later until it works for the first time, with the epoch that it is then', () => {
    const failed = [attempted('failed'), { kind: 'timer' } as const]
    const inputs = [SYNCED, READY, epoch(3n), ...failed, attempted('failed'), epoch(4n, 40n)]
    assert.deepEqual(run([...inputs, { kind: 'timer' }, attempted('registered'), block(40n)]), [
      ...['', '', 'register 3', 'set-timer', 'register 3', 'set-timer', ''],
      ...['register 4', '', ''],
    ])
  })

  it('is not before the next epoch when a renewal fails', () => {
    const inputs = [SYNCED, READY, epoch(3n), attempted('registered'), epoch(4n)]
    assert.deepEqual(run([...inputs, attempted('failed'), epoch(5n)]).slice(-2), ['', 'register 5'])
  })

  it('waits for its owner if that is missing', () => {
    const inputs = [SYNCED, READY, epoch(3n), attempted('deferred'), { kind: 'owner' } as const]
    assert.deepEqual(run(inputs).slice(-2), ['', 'register 3'])
  })
})

describe('when a node leaves', () => {
  const LEAVE = { kind: 'leave' } as const
  const looked = (isRegistered: boolean) => ({ kind: 'looked', isRegistered }) as const
  const registered = [SYNCED, READY, epoch(3n), attempted('registered')]

  it('waits until the registry has it no more, whatever else happens', () => {
    const inputs = [LEAVE, looked(true), epoch(4n), READY, block(9n), looked(true), block(10n)]
    assert.deepEqual(run([...registered, ...inputs, looked(false), block(11n), LEAVE]).slice(4), [
      ...['remember-leaving, look', '', '', '', 'look', '', 'look'],
      ...['forget-leaving, end', '', ''],
    ])
  })

  it('waits first for what is on its way', () => {
    const inputs = [SYNCED, READY, epoch(3n), LEAVE, block(5n), attempted('registered')]
    assert.deepEqual(run(inputs).slice(3), ['remember-leaving', '', 'look'])
  })

  it('tries no more', () => {
    const inputs = [
      SYNCED,
      READY,
      epoch(3n),
      attempted('failed'),
      LEAVE,
      { kind: 'timer' } as const,
    ]
    assert.deepEqual(run(inputs).slice(4), ['remember-leaving, cancel-timer, look', ''])
  })

  it('looks again at what came while it looked', () => {
    const inputs = [LEAVE, block(4n), looked(true), looked(false)]
    assert.deepEqual(run(inputs), ['remember-leaving, look', '', 'look', 'forget-leaving, end'])
  })

  it('goes on leaving after a restart', () => {
    const inputs = [{ kind: 'started' } as const, SYNCED, READY, epoch(3n), looked(false)]
    const effects = run(inputs, { hasOwner: true, isLeaving: true })
    assert.deepEqual(effects, ['look', '', '', '', 'forget-leaving, end'])
  })

  it('stops at once when nobody owns it', () => {
    const inputs = [SYNCED, READY, epoch(3n), LEAVE, LEAVE]
    const effects = run(inputs, { hasOwner: false, isLeaving: false })
    assert.deepEqual(effects, ['', '', '', 'forget-leaving, end', ''])
  })
})

/** Something that happens to a node. */
type Move = (node: ModelNode) => void

const delay = fc.option(fc.bigInt({ min: 0n, max: 3n }), { nil: undefined })
const outcome = fc.constantFrom('registered' as const, 'deferred' as const, 'failed' as const)
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.constantFrom<Move>(
    (node) => node.sync(),
    (node) => node.passBlock(),
    (node) => node.fireTimer(),
    (node) => node.answerLook(),
    (node) => node.tell({ kind: 'owner' }),
  ),
  delay.map(
    (blocks): Move =>
      (node) =>
        node.beginEpoch(blocks),
  ),
  fc.boolean().map(
    (areReady): Move =>
      (node) =>
        node.setRoles(areReady),
  ),
  outcome.map(
    (result): Move =>
      (node) =>
        node.endAttempt(result),
  ),
  fc.boolean().map(
    (isGood): Move =>
      (node) =>
        node.restart(isGood),
  ),
)
const moves = fc.array(move, { maxLength: 80 })

function play(node: ModelNode, list: readonly Move[]): void {
  for (const one of list) one(node)
}

/** From here on everything works. */
function recover(node: ModelNode): void {
  node.restart(true)
  node.sync()
  node.setRoles(true)
}

/** An epoch in which everything that is due is done. */
function passEpoch(node: ModelNode): void {
  node.beginEpoch(1n)
  for (let i = 0; i < 3; i++) {
    node.passBlock()
    node.endAttempt('registered')
    node.answerLook()
  }
}

describe('whatever happens to a node', () => {
  it('it never registers too early, twice at a time, or without an owner', () => {
    fc.assert(
      fc.property(moves, fc.boolean(), (list, hasOwner) => {
        const node = new ModelNode(hasOwner)
        play(node, list)
        assert.equal(node.ends, 0)
        if (!hasOwner) assert.deepEqual(node.registered, [])
      }),
    )
  })

  it('it registers in every epoch once all is well, once in each', () => {
    fc.assert(
      fc.property(moves, (list) => {
        const node = new ModelNode(true)
        play(node, list)
        recover(node)
        const { epoch: last } = node
        const known = node.registered.length
        for (let i = 0; i < 4; i++) passEpoch(node)
        const expected = [1n, 2n, 3n, 4n].map((number) => last + number)
        assert.deepEqual(node.registered.slice(known), expected)
      }),
    )
  })

  it('it leaves when it is asked to, once, also after restarts, and not before it is gone', () => {
    fc.assert(
      fc.property(moves, moves, fc.boolean(), (before, after, hasOwner) => {
        const node = new ModelNode(hasOwner)
        play(node, before)
        node.leave()
        const known = node.registered.length
        const wasRunning = node.running !== undefined ? 1 : 0
        // A node that has left is not started again.
        for (const one of after) if (node.ends === 0) one(node)
        for (let i = 0; i < 4 && node.ends === 0; i++) {
          if (!node.isSynced) recover(node)
          passEpoch(node)
        }
        assert.equal(node.ends, 1)
        assert.ok(node.registered.length <= known + wasRunning, 'it registers no more')
        for (let i = 0; i < 2; i++) passEpoch(node)
        assert.equal(node.ends, 1)
      }),
    )
  })

  it('it registers again when it is started after it has left', () => {
    fc.assert(
      fc.property(moves, (list) => {
        const node = new ModelNode(true)
        play(node, list)
        node.leave()
        for (let i = 0; i < 5 && node.ends === 0; i++) passEpoch(node)
        assert.equal(node.ends, 1)
        recover(node)
        passEpoch(node)
        assert.equal(node.registered.at(-1), node.epoch)
      }),
    )
  })
})
