/**
 * Every mode of `debug byzantine executor` on networks of processes: what the chain commits to, who
 * is slashed, frozen and paid, and what `wadi round` tells of it.
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { encodeRust, make } from '@wadi/cbor/codec'
import { Person } from '@wadi/cli/testing/run-wadi'
import { Call, KeyValueArgs } from '@wadi/paratime-keyvalue/call'
import { movementsIn, movementsOf } from '@wadi/sim/payment-tables'
import { sidesOf } from '@wadi/sim/round-tables'
import { endingOf } from '@wadi/sim/written-round'
import { type ByzantineCase, OTHERS, SCHEDULERS, SERVERS, WORKERS } from './byzantineCases.ts'
import { ByzantineNetwork } from './byzantineNetwork.ts'
import {
  checkLosses,
  checkReporters,
  checkRound,
  checkRounds,
  checkStandings,
} from './checkTold.ts'
import { liveOn, ROUND, type Story, type Told, told } from './liveStories.ts'

const CALL_MS_MAX = 120_000
const CALLS_MAX = 40

/** As `wadi round` tells it. */
interface ToldPayment {
  readonly kind: 'slashed' | 'rewarded'
  readonly height: number
  readonly amount: { readonly base_units: string }
}

/**
 * What `wadi round` tells of a liar's round. Of a block in which others are paid, too, it tells all
 * that is given.
 */
async function checkWords({ network }: Told, { liar, round }: Story): Promise<void> {
  const ending = endingOf(round)
  const person = new Person({ WADI_NODE: network.targets[0]! })
  try {
    const words = ['round', toHex(liar.paratime.id), `${ROUND}`, '--output', 'json']
    const { code, out, err } = await person.run(words)
    assert.equal(code, 0, err)
    const { outcome, payments } = JSON.parse(out)
    const isFinal = ending === 'finalized'
    assert.equal(outcome.kind, isFinal ? 'finalized' : 'failed')
    assert.equal(outcome.why, isFinal ? undefined : ending)
    // Evidence is paid for in whichever block it comes.
    if (liar.kind.pays.includes('equivocation')) return
    const sides = sidesOf(round, (node) => network.entityOf(node))
    const movements = movementsOf(round, sides)
    const isAlone = movementsIn(round.block.staking).length === movements.length
    const due = movements.filter((movement) => isAlone || movement.includes(' loses '))
    const paid = (payments as readonly ToldPayment[]).filter(
      ({ kind, height }) =>
        BigInt(height) === round.block.height && (isAlone || kind === 'slashed'),
    )
    const amounts = paid.map(({ amount }) => amount.base_units)
    assert.deepEqual(
      amounts,
      due.map((movement) => movement.replace(/.* /, '')),
    )
  } finally {
    person.remove()
  }
}

function defineNetwork(name: string, cases: readonly ByzantineCase[]): void {
  describe(name, () => {
    let network: ByzantineNetwork | undefined
    let all: Told

    before(async () => {
      network = await ByzantineNetwork.create(cases)
      all = await liveOn(network)
    })
    after(() => network?.[Symbol.asyncDispose]())

    for (const kind of cases) {
      it(`${kind.name}: the round is as its line says`, () => checkRound(all.stories.get(kind)!))
      it(`${kind.name}: wadi round tells it`, () => checkWords(all, all.stories.get(kind)!))
    }
    it('every round is as the tables say, and who was right is given what liars lose', () =>
      checkRounds(all))
    it('who was away is frozen when the epoch ends, and pays', () => checkStandings(all))
    it('liars lose what their offences cost, and nobody else loses anything', () =>
      checkLosses(all))
    if (cases.some(({ pays }) => pays.includes('equivocation')))
      it('who shows that somebody signed two things is given of what that cost', () =>
        checkReporters(all))
  })
}

defineNetwork('workers that misbehave', WORKERS)
defineNetwork('schedulers that misbehave', SCHEDULERS)
defineNetwork('who may be missing, and who is missing twice', OTHERS)

describe('nodes that serve states as liars do', () => {
  let network: ByzantineNetwork

  before(async () => {
    network = await ByzantineNetwork.create(SERVERS)
    await network.begin()
  })
  after(() => network?.[Symbol.asyncDispose]())

  it('are found out by the root: whoever asks them has the state of somebody else', async () => {
    for (const { kind, paratime, logPath } of network.liars) {
      const runtimeId = paratime.id
      const hasLied = () => readFileSync(logPath, 'utf8').includes('answers as a liar does')
      for (let nonce = 0; !hasLied(); nonce++) {
        assert.ok(nonce < CALLS_MAX, `${kind.name}: nobody has asked it`)
        const args = make(KeyValueArgs, { key: 'key', value: `${nonce}` })
        const call = { sender: toUtf8('somebody'), nonce: BigInt(nonce), method: 'insert' }
        const data = encodeRust(Call, { ...call, args: encodeRust(KeyValueArgs, args) })
        await network.ask(async ({ runtimeClient }) => {
          const options = { timeoutMs: CALL_MS_MAX }
          const answer = await runtimeClient.submitTxMeta({ runtimeId, data }, options)
          assert.equal(answer.checkTxError, undefined)
        }, network.targets[1])
      }
      const { lastNormalRound: round } = await network.ask(({ rootHash }) =>
        rootHash.getRuntimeState({ runtimeId, height: 0n }),
      )
      for (const target of network.targets.slice(1))
        await network.until(
          `${kind.name}: ${target} has the states of round ${round}`,
          async ({ runtimeClient }) => {
            const { header } = await runtimeClient.getBlock({ runtimeId, round })
            return header.round === round
          },
          target,
        )
    }
  })

  it('make rounds as everybody does', async () => {
    const all = await told(network)
    for (const story of all.stories.values()) checkRound(story)
    checkRounds(all)
    checkLosses(all)
  })
})
