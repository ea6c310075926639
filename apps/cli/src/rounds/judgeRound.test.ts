import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { make, zero } from '@wadi/cbor/codec'
import { RuntimeState } from '@wadi/consensus/roothash'
import { Block, HEADER_TYPES, Header } from '@wadi/consensus/roothash/block'
import { ExecutorCommitment, FAILURES } from '@wadi/consensus/roothash/commitments'
import { Committee, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { hashOfBytes } from '@wadi/primitives/hash'
import { PublicKey } from '@wadi/primitives/publicKey'
import { judgeRound } from './judgeRound.ts'
import type { Member, RoundFacts, Step } from './roundFacts.ts'
import { verdictText } from './verdictText.ts'

const { worker, 'backup-worker': backup } = CommitteeRole.names
const key = (name: string) => PublicKey.check(hashOfBytes(toUtf8(name)))
/** Two workers, of whom `a` is first, and three backup workers. */
const ROLES = { a: worker, b: worker, x: backup, y: backup, z: backup } as const
type Name = keyof typeof ROLES

const committee = make(Committee, {
  members: Object.entries(ROLES).map(([name, role]) => ({ role, publicKey: key(name) })),
})
const members: readonly Member[] = Object.entries(ROLES).map(([name, role], i) => ({
  number: i + 1,
  node: key(name),
  entity: key(`entity of ${name}`),
  roles: [role],
  rank: role === worker ? BigInt(i) : undefined,
}))

const moment = { height: 7n, time: 0n }
const DISPUTE: Step = {
  kind: 'discrepancy',
  ...moment,
  discrepancy: { round: 0n, rank: 0n, timeout: false },
}

/** `node:result`, of what `a` proposed; `!` is no result. */
function commits(said: string): Step {
  const [node, result] = said.split(':') as [Name, string]
  const root = hashOfBytes(toUtf8(result))
  const isFailure = result === '!'
  const { header } = zero(ExecutorCommitment).header
  const commitment = make(ExecutorCommitment, {
    nodeId: key(node),
    header: {
      schedulerId: key('a'),
      header: isFailure ? header : { ...header, stateRoot: root, ioRoot: root },
      failure: isFailure ? FAILURES.unknown : FAILURES.none,
      rakSig: undefined,
    },
  })
  return { kind: 'commitment', ...moment, commitment, transaction: '', refusal: undefined }
}

/** What is said of a round that ended so. */
function told(type: keyof typeof HEADER_TYPES | 'open', ...said: readonly string[]): string {
  const steps = said.map((each) => (each === 'dispute' ? DISPUTE : commits(each)))
  const headerType = type === 'open' ? HEADER_TYPES.invalid : HEADER_TYPES[type]
  const lastBlock = make(Block, { header: { ...zero(Header), round: 1n, headerType } })
  const state = { ...zero(RuntimeState), committee, lastBlock }
  const facts: RoundFacts = {
    round: 1n,
    began: moment,
    end: type === 'open' ? undefined : { ...moment, state, results: undefined },
    state,
    members,
    steps,
    payments: [],
    penalties: [],
    lookedFrom: undefined,
  }
  return verdictText(judgeRound(facts))
}

describe('the verdict on a round', () => {
  it('is that workers agree, all or most of them', () => {
    assert.equal(
      told('normal', 'a:1', 'b:1'),
      'Finalized: all 2 workers have the result that node 1 proposed',
    )
    assert.equal(
      told('normal', 'a:1'),
      'Finalized: 1 of 2 workers has the result that node 1 proposed',
    )
  })

  it('is that backup workers confirm the proposal', () => {
    assert.equal(
      told('normal', 'b:2', 'a:1', 'dispute', 'x:1', 'y:1'),
      'Finalized after a discrepancy: 2 of 3 backup workers confirm what node 1 proposed',
    )
  })

  it('is that backup workers contradict the proposal', () => {
    assert.equal(
      told('roundFailed', 'a:1', 'b:2', 'dispute', 'x:2', 'y:2'),
      'Failed after a discrepancy: more than half of the 3 backup workers have another result than node 1 proposed',
    )
  })

  it('is that backup workers do not agree, or have no result', () => {
    const sentence =
      'Failed after a discrepancy: no result has the votes of more than half of the 3 backup workers'
    assert.equal(told('roundFailed', 'a:1', 'b:2', 'dispute', 'x:1', 'y:2', 'z:3'), sentence)
    assert.equal(told('roundFailed', 'a:1', 'b:2', 'dispute', 'x:1', 'y:!', 'z:!'), sentence)
    assert.equal(told('roundFailed', 'a:1', 'b:!', 'dispute', 'x:1'), sentence)
  })

  it('is that nobody proposed, or that messages were not those that came', () => {
    assert.equal(told('roundFailed', 'b:1'), 'Failed: nobody proposed in time')
    assert.equal(
      told('roundFailed', 'a:1', 'b:1'),
      'Failed: what node 1 proposed deals with messages that did not come',
    )
  })

  it('is that it goes on', () => {
    assert.equal(told('open'), 'Goes on: nobody has proposed yet')
    assert.equal(told('open', 'a:1'), 'Goes on: 1 of 2 workers has the result that node 1 proposed')
  })

  it('is that an epoch came first', () => {
    const sentence = 'Without a result: an epoch began, and with it another committee'
    assert.equal(told('epochTransition'), sentence)
    assert.equal(told('epochTransition', 'a:1'), `${sentence}; what node 1 proposed is lost`)
  })
})
