/** `wadi round`, asked about rounds of the reference's networks; misdeeds were done on purpose. */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Person } from '@wadi/cli/testing/run-wadi'
import { type ServedArchive, serveArchive } from '../src/api/servedArchive.ts'
import { readChain } from '../src/recordedChain.ts'

const ID = '8000000000000000000000000000000000000000000000000000000000000000'

interface Story {
  readonly round: number
  readonly outcome: { readonly kind: string; readonly sentence: string }
  readonly steps: readonly { readonly kind: string; readonly stand?: string }[]
  readonly messages: readonly { readonly sentence: string; readonly is_done: boolean }[]
}

/** A recorded network, and somebody who asks it. */
function asking(chain: string) {
  let archive: ServedArchive
  let person: Person
  before(async () => {
    archive = await serveArchive(readChain(chain))
    person = new Person({ WADI_NODE: archive.target })
  })
  after(async () => {
    person.remove()
    await archive.close()
  })
  const run = (line: string) => person.run(`round ${line}`.split(' '))
  return {
    run,
    list: () => person.run(['paratime', 'list', '--output', 'json']),
    /** Without the spaces that are only there for columns. */
    async told(line: string): Promise<readonly string[]> {
      const { code, out } = await run(line)
      assert.equal(code, 0, line)
      const lines = out.trimEnd().split('\n')
      return lines.map((each) => each.replace(/ {2,}/g, '  '))
    },
    async story(line: string): Promise<Story> {
      const { code, out, err } = await run(`${line} --output json`)
      assert.equal(code, 0, err)
      return JSON.parse(out) as Story
    },
  }
}

describe('wadi round, of a worker that lies', () => {
  const { told, story, run } = asking('byzantine-dishonest-scheduler')

  it('tells who disagreed, who decided, who was slashed and who got it', async () => {
    assert.deepEqual(await told('8000 3'), [
      `Round 3 of the ParaTime ${ID}.`,
      'Finalized after a discrepancy: the only backup worker confirms what node 2 proposed.',
      '',
      'Began  block 34, 2026-11-21T01:24:02Z',
      'Ended  block 35, 2026-11-21T01:24:04Z',
      'Epoch  2',
      '',
      'NODE  ROLE  PROPOSES  COMMITTED TO  KEY  ENTITY',
      '1  worker  stands in, 1  ANOTHER RESULT  5p6VdeWKYQipb16TTapxkygWiO0xjl5i/e+nGLERBwE=  oasis1qznshq4ttrgh83d9wqvgmsuq3pfsndg3tus7lx98',
      '2  worker  first  its own proposal  DbeoxcRwDO4Wh8bwq5rAR7wzhiB+LeYn+y7lFSGAZ7I=  oasis1qqncl383h8458mr9cytatygctzwsx02n4c5f8ed7',
      '3  backup worker  the same  hcWVUucu/MwOyEDmj5T4TACwpgre5e2cJLczBggxxm0=  oasis1qqncl383h8458mr9cytatygctzwsx02n4c5f8ed7',
      '',
      'BLOCK  TIME  WHAT HAPPENED',
      '35  01:24:04  node 1, worker, DISAGREES about what node 2 proposed: state 97e7ca391aff…, inputs and outputs c672b8d1ef56…',
      '35  01:24:04  node 2, worker, commits to its own proposal: state bcd0edeeca27…, inputs and outputs c672b8d1ef56…',
      '35  01:24:04  node 3, backup worker, commits to the same as node 2',
      '35  01:24:04  DISCREPANCY: the workers do not have the same result; the backup workers decide',
      '35  01:24:04  the round is finalized',
      '',
      'oasis1qznshq4ttrgh83d9wqvgmsuq3pfsndg3tus7lx98, who has node 1, loses 0.00005 TEST of its stake: its result was wrong.',
      'oasis1qqncl383h8458mr9cytatygctzwsx02n4c5f8ed7 gets 0.00005 TEST of it.',
    ])
  })

  it('tells of those who were away when the epoch ends, and of what is lost', async () => {
    const lines = await told('8000 4')
    assert.equal(
      lines[1],
      'Without a result: the ParaTime is suspended, as nobody can be elected or nobody pays for it; what node 2 proposed is lost.',
    )
    assert.deepEqual(lines.slice(-3), [
      'oasis1qznshq4ttrgh83d9wqvgmsuq3pfsndg3tus7lx98, who has node 1, loses 0.00003 TEST of its stake: it was away too often.',
      'Node 1 is frozen: nothing elects it until epoch 3.',
      'Node 1 is not elected for this ParaTime until epoch 5: it was away too often.',
    ])
  })

  it('tells of the last round that ended, and of the one that goes on', async () => {
    assert.equal((await story('8000')).round, 5)
    const lines = await told('8000 5')
    assert.match(lines.join('\n'), /the network refuses that: roothash: runtime is suspended/)
    const { outcome } = await story('8000 6')
    assert.deepEqual(outcome, {
      kind: 'open',
      sentence: 'Nobody is elected: nothing happens before an epoch brings a committee',
    })
  })

  it('says what to ask for instead', async () => {
    const refusals: readonly (readonly [line: string, said: RegExp])[] = [
      ['8000 0', /round 0 is what the ParaTime began with.*; ask for one from 1 to 5$/],
      ['8000 7', /round 7 has not begun: the last one that ended is 5; ask for that one, or wait$/],
      ['7777', /the network has no ParaTime with the identifier 7777; give one of those/],
      ['800', /"800" is neither the name nor the identifier of a ParaTime; give one of those/],
      ['8000 first', /"first" is no number of a round; give one such as 42$/],
    ]
    for (const [line, said] of refusals) {
      const { code, out, err } = await run(line)
      assert.notEqual(code, 0, line)
      assert.equal(out, '')
      assert.match(err.trimEnd(), said)
    }
  })
})

describe('wadi round, of workers that are late', () => {
  const { told, story, list } = asking('byzantine-backup-straggler')

  it('tells who was missing when time was up, and that the others decided', async () => {
    const lines = await told('8000 3')
    assert.equal(
      lines[1],
      'Finalized after a discrepancy: 2 of 3 backup workers confirm what node 1 proposed.',
    )
    const happened = lines.slice(lines.indexOf('BLOCK  TIME  WHAT HAPPENED') + 1)
    assert.deepEqual(happened, [
      '36  02:01:02  node 1, worker, commits to its own proposal: state bcd0edeeca27…, inputs and outputs c672b8d1ef56…',
      '56  02:01:30  DISCREPANCY: time is up without node 2; the backup workers decide',
      '57  02:01:32  node 4, backup worker, commits to the same as node 1',
      '57  02:01:32  node 3, backup worker, commits to the same as node 1',
      '57  02:01:32  the round is finalized',
      '',
      'Nobody was slashed, frozen or paid.',
    ])
  })

  it('is about one of the ParaTimes that are listed', async () => {
    const { out } = await list()
    const keyManager = { id: `c${'0'.repeat(15)}${'f'.repeat(48)}`, kind: 'key manager' }
    const stand = { state: 'suspended', round: 5, workers: 2, backup_workers: 3 }
    const { paratimes } = JSON.parse(out)
    const compute = { id: ID, kind: 'compute', key_manager: keyManager.id, ...stand }
    assert.deepEqual(paratimes, [keyManager, compute])
  })

  it('tells programs the same', async () => {
    const { outcome, steps } = await story('8000 3')
    assert.deepEqual(outcome, {
      kind: 'finalized',
      proposer: 'oWk0qdNhp7XNQDX4YFJY2KeFM+9u4fo16DeSdW1gChg=',
      decided_by: 'backup-worker',
      voters: 3,
      agreeing: 2,
      failing: 0,
      missing: 1,
      sentence: 'Finalized after a discrepancy: 2 of 3 backup workers confirm what node 1 proposed',
    })
    assert.deepEqual(
      steps.map(({ kind, stand }) => stand ?? kind),
      ['proposal', 'discrepancy', 'same', 'same'],
    )
  })
})

describe('wadi round, of a runtime that sends messages', () => {
  const { story } = asking('runtime-messages')

  it('tells of every round what its header says, and what messages did', async () => {
    const rounds: Story[] = []
    for (let round = (await story('8000')).round; round > 0; round--)
      rounds.push(await story(`8000 ${round}`))
    const kinds = new Set(rounds.map(({ outcome }) => outcome.kind))
    assert.deepEqual(kinds, new Set(['suspended', 'epoch', 'finalized']))
    const said = rounds.flatMap(({ messages }) => messages)
    assert.notEqual(said.length, 0)
    const sentence = 'sends 0.0 TEST to oasis1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq0ltrq9'
    for (const message of said) assert.deepEqual(message, { sentence, is_done: true })
  })
})
