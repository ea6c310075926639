/**
 * Networks of four machines, of which one may lie, without a world: a schedule delivers what was
 * sent in any order, twice, or not at all, and lets timers elapse whenever it likes.
 */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { randomBelow, SeededRandom } from '@wadi/base/random'
import fc from 'fast-check'
import type { BlockId } from '../types/blockId.ts'
import type { Input } from './input.ts'
import type { RoundState } from './roundState.ts'
import { RoundStep } from './roundStep.ts'
import { step } from './step.ts'
import {
  at,
  type TestBlock,
  testBlock,
  testFacts,
  testProposal,
  testValidators,
  testVote,
} from './testing/testChain.ts'
import { TestNode } from './testing/testNode.ts'
import { DEFAULT_ROUND_CONFIG } from './timeouts.ts'

const COUNT = 4
/** Proposes in rounds 1, 5 and so on: right after the first came to nothing. */
const LIAR = 1
/** Who is none of the nodes. */
const LIAR_NODE = -1
const HEIGHTS = 3n
/** What happens in a run before messages arrive for good. */
const EVENTS = 400
const ATTACKS = 8
/** More rounds than any run of so many events takes, and all proposers twice after it. */
const ROUNDS_MAX = 40

interface Message {
  readonly from: number
  readonly input: Input
}

interface NetworkOptions {
  readonly seed: number
  /** One of the four signs whatever may do harm. */
  readonly liar: boolean
  readonly step?: typeof step
}

function kindOf({ input }: Message): string {
  return input.kind === 'vote' ? input.vote.type : 'proposal'
}

class Network {
  readonly validators = testValidators([1n, 1n, 1n, 1n])
  readonly nodes: readonly TestNode[]
  /** Everything that was ever sent. */
  readonly messages: Message[] = []
  /** What only one of them was told. */
  private readonly whispers: Message[] = []
  readonly blocks: TestBlock[] = []
  private readonly pending: Message[][]
  private readonly muted = new Set<string>()
  private readonly random: SeededRandom
  private readonly liar: boolean
  private readonly seen: number[]

  constructor({ seed, liar, step: stepped }: NetworkOptions) {
    this.random = new SeededRandom(BigInt(seed))
    this.liar = liar
    const all = Array.from({ length: COUNT }, (_, i) => i)
    const honest = liar ? all.filter((i) => i !== LIAR) : all
    this.nodes = honest.map((i) => this.node(i, stepped))
    this.seen = this.nodes.map(() => 0)
    this.pending = this.nodes.map(() => [])
    this.collect()
  }

  private node(i: number, stepped: typeof step | undefined): TestNode {
    const { validators } = this
    const start = {
      config: { ...DEFAULT_ROUND_CONFIG, skipTimeoutCommit: i % 2 === 0 },
      ownAddress: validators.validators[i]!.address,
      signsFromHeight: 0n,
      chain: testFacts(validators, 1n),
      lastCommit: undefined,
    }
    return new TestNode(start, at(0), {
      make: (height, round) => this.make(height, `${i} in ${round}`),
      next: ({ block }) => {
        const { height } = block.header
        return height >= HEIGHTS ? undefined : testFacts(validators, height + 1n)
      },
      ...(stepped && { step: stepped }),
    })
  }

  private make(height: bigint, text: string): TestBlock {
    const block = testBlock(height, text)
    this.blocks.push(block)
    return block
  }

  private below(bound: number): number {
    return randomBelow(this.random, bound)
  }

  /** What nodes sent since the last time is under way to the others. */
  private collect(): void {
    for (const [from, node] of this.nodes.entries()) {
      for (const input of node.sent.slice(this.seen[from])) this.send({ from, input })
      this.seen[from] = node.sent.length
    }
  }

  private send(message: Message): void {
    this.messages.push(message)
    for (const [to, pending] of this.pending.entries()) {
      if (to !== message.from) pending.push(message)
    }
  }

  private deliver(to: number, { from, input }: Message): void {
    this.nodes[to]!.give(this.arriving(from, input))
  }

  private arriving(from: number, input: Input): Input {
    return 'sender' in input ? { ...input, sender: `node ${from}` } : input
  }

  /** One thing happens: a message arrives somewhere, a timer elapses, the liar speaks. */
  happen(): void {
    if (this.below(30) === 0) this.muteSome()
    const to = this.below(this.nodes.length)
    if (this.liar && this.below(12) === 0) this.lie(to)
    else if (!this.deliverOne(to) && this.below(8) === 0) this.nodes[to]!.elapse()
    this.collect()
  }

  /**
   * In some order; some messages come twice, some late: those that are lost come when all is
   * healed. False if there is nothing to hear.
   */
  private deliverOne(to: number): boolean {
    const pending = this.pending[to]!
    const heard = pending.filter((message) => !this.muted.has(`${to} ${kindOf(message)}`))
    const message = heard[this.below(Math.min(4, heard.length) || 1)]
    if (message === undefined) return false
    const fate = this.below(20)
    if (fate > 0) pending.splice(pending.indexOf(message), 1)
    if (fate > 1) this.deliver(to, message)
    return true
  }

  /** For a while some hear nothing of a kind: so some decide, or lock, and others do not know. */
  private muteSome(): void {
    this.muted.clear()
    for (const to of this.nodes.keys()) {
      for (const [kind, chance] of [
        ['proposal', 12],
        ['prevote', 8],
        ['precommit', 2],
      ] as const) {
        if (this.below(chance) === 0) this.muted.add(`${to} ${kind}`)
      }
    }
  }

  /**
   * A round as an enemy wants it: in each step some hear all, some only few, and the liar tells
   * everybody something else; then whoever still waits has waited long enough.
   */
  attack(): void {
    for (const kind of ['proposal', 'prevote', 'precommit'] as const) {
      const isGenerous = this.below(2) === 0
      for (const [to, node] of this.nodes.entries()) {
        if (this.liar) this.betray(to, kind)
        const hears = isGenerous || this.below(2) === 0 ? 1 : 3
        for (const message of [...this.pending[to]!]) {
          if (kindOf(message) !== kind || this.below(hears) > 0) continue
          this.pending[to]!.splice(this.pending[to]!.indexOf(message), 1)
          this.deliver(to, message)
        }
        this.collect()
        const isHere = this.below(4) > 0 && node.state.step <= RoundStep.precommit
        if (kind === 'precommit' || isHere) node.elapse()
        this.collect()
      }
    }
  }

  /** What helps the attacked one to go on, or to believe something that others do not. */
  private betray(to: number, kind: 'proposal' | 'prevote' | 'precommit'): void {
    const { state } = this.nodes[to]!
    const { height, round, proposalBlock } = state
    const isItsTurn = round % COUNT === LIAR && state.step <= RoundStep.propose
    if (kind === 'proposal') {
      const lies = isItsTurn ? this.falseProposal(state) : []
      for (const input of lies) this.whisper(to, input)
      return
    }
    const blockId = this.below(2) === 0 ? proposalBlock?.blockId : undefined
    const vote = testVote(this.validators, LIAR, { type: kind, height, round, blockId })
    this.whisper(to, { kind: 'vote', vote, sender: 'liar' })
  }

  private whisper(to: number, input: Input): void {
    const lie = { from: LIAR_NODE, input }
    this.whispers.push(lie)
    this.deliver(to, lie)
  }

  /** The liar helps one of them on and betrays another; now and then it speaks to all. */
  private lie(to: number): void {
    const { state } = this.nodes[to]!
    const isItsTurn = state.round % COUNT === LIAR && state.step === RoundStep.propose
    const inputs = isItsTurn ? this.falseProposal(state) : [this.falseVote(state)]
    const isOpen = this.below(4) === 0
    for (const input of inputs) {
      if (isOpen) this.send({ from: LIAR_NODE, input })
      else this.whisper(to, input)
    }
  }

  private falseVote({ height, round: near, proposalBlock }: RoundState): Input {
    const type = this.below(2) === 0 ? 'prevote' : 'precommit'
    const isHelp = this.below(3) > 0
    const round = isHelp ? near : Math.max(0, near - 1 + this.below(3))
    const blockId = (isHelp ? proposalBlock : this.anyBlock(height))?.blockId
    const vote = testVote(this.validators, LIAR, { type, height, round, blockId })
    return { kind: 'vote', vote, sender: 'liar' }
  }

  private falseProposal({ height, round }: RoundState): readonly Input[] {
    const block = this.anyBlock(height) ?? this.make(height, `lie ${this.below(5)}`)
    const polRound = this.below(round + 1) - 1
    const proposal = testProposal({ height, round, blockId: block.blockId, polRound })
    const place = { height, round, sender: 'liar' }
    return [
      { kind: 'proposal', proposal, sender: 'liar' },
      ...block.parts.map((part) => ({ kind: 'block-part', part, ...place }) as const),
    ]
  }

  private anyBlock(height: bigint): TestBlock | undefined {
    const blocks = this.blocks.filter(({ block }) => block.header.height === height)
    return blocks[this.below(blocks.length + 1)]
  }

  /** From here on everything arrives, and a timer elapses only when nothing is under way. */
  heal(): void {
    // Machines pass on what they know.
    this.messages.push(...this.whispers)
    const isStuck = () => this.nodes.some(({ state }) => !state.isDecided || state.height < HEIGHTS)
    for (let turn = 0; turn < 200 && isStuck(); turn++) {
      this.claim()
      this.deliverAll()
      this.elapseOfEarliest()
    }
  }

  /** Nodes tell each other which majorities they know of: so who votes twice divides nobody. */
  private claim(): void {
    for (const [from, { state, decided }] of this.nodes.entries()) {
      const peer = `node ${from}`
      const commits = decided.map(({ commit }) => ({ ...commit, type: 'precommit' as const }))
      const majorities = state.votes.rounds
        .flatMap(({ prevote, precommit }) => [prevote, precommit])
        .flatMap(({ majority, ...place }) => (majority ? [{ ...place, ...majority }] : []))
      for (const { height, round, type, blockId } of [...commits, ...majorities]) {
        const claim = { kind: 'majority-claim', height, round, type, blockId, peer } as const
        for (const [to, node] of this.nodes.entries()) if (to !== from) node.give(claim)
      }
    }
    this.collect()
  }

  private deliverAll(): void {
    const arrived = this.nodes.map(() => new Map<number, string>())
    for (let isMoving = true; isMoving; ) {
      isMoving = false
      for (let i = 0; i < this.messages.length; i++) {
        for (const [to, node] of this.nodes.entries()) {
          // A message is news again in another round or step; even our own, if we forgot the block.
          const { height, round, step: at } = node.state
          const place = `${height} ${round} ${at}`
          if (arrived[to]!.get(i) === place) continue
          arrived[to]!.set(i, place)
          this.deliver(to, this.messages[i]!)
          isMoving = true
        }
        this.collect()
      }
    }
  }

  /** Those who are behind have waited longest. */
  private elapseOfEarliest(): void {
    const waiting = this.nodes.filter(({ isTimerSet }) => isTimerSet)
    const places = waiting.map(({ state }) => Number(state.height) * 1e6 + state.round * 10)
    const earliest = Math.min(...places)
    for (const [i, node] of waiting.entries()) if (places[i] === earliest) node.elapse()
    this.collect()
  }

  /** What was decided at each height, by node. */
  decisions(): readonly (readonly BlockId[])[] {
    return this.nodes.map(({ decided }) => decided.map(({ blockId }) => blockId))
  }
}

function checkAgreement(network: Network): void {
  const decisions = network.decisions()
  const longest = decisions.reduce((a, b) => (a.length >= b.length ? a : b))
  for (const decided of decisions) assert.deepEqual(decided, longest.slice(0, decided.length))
}

/** What is decided was proposed at that height, and has a commit of more than two thirds. */
function checkValidity(network: Network): void {
  for (const { decided } of network.nodes) {
    for (const [i, { blockId, commit, block }] of decided.entries()) {
      assert.equal(block.header.height, BigInt(i + 1))
      assert.ok(
        network.blocks.some((made) => made.blockId.hash.every((b, j) => b === blockId.hash[j])),
      )
      const voters = commit.signatures.filter(({ flag }) => flag === 'commit')
      assert.ok(voters.length >= 3)
    }
  }
}

/** No machine signs two things where it may sign one. */
function checkHonesty(network: Network): void {
  for (const node of network.nodes) {
    const signedPlaces = new Set<string>()
    for (const input of node.sent) {
      if (input.kind !== 'vote') continue
      const { type, height, round } = input.vote
      const place = `${type} ${height} ${round}`
      assert.ok(!signedPlaces.has(place), place)
      signedPlaces.add(place)
    }
    for (const { voteB } of node.wanted('report-equivocation')) {
      assert.equal(voteB.validatorIndex, LIAR)
    }
  }
}

/** Chaos, or rounds as an enemy wants them; then all is healed. */
function run(options: NetworkOptions, from: 'chaos' | 'enemy'): Network {
  const network = new Network(options)
  if (from === 'chaos') for (let i = 0; i < EVENTS; i++) network.happen()
  else for (let i = 0; i < ATTACKS; i++) network.attack()
  checkAgreement(network)
  network.heal()
  return network
}

function isDone({ nodes }: Network): boolean {
  return nodes.every(({ decided }) => BigInt(decided.length) === HEIGHTS)
}

describe('A network', () => {
  for (const from of ['chaos', 'enemy'] as const) {
    for (const liar of [false, true]) {
      const who = liar ? 'with a liar among four' : 'of honest machines'
      it(`${who} agrees in spite of ${from}, and decides every height once messages arrive`, () => {
        fc.assert(
          fc.property(fc.nat({ max: 2 ** 31 - 1 }), (seed) => {
            const network = run({ seed, liar }, from)
            checkAgreement(network)
            checkValidity(network)
            checkHonesty(network)
            assert.ok(isDone(network))
            for (const { state } of network.nodes) assert.ok(state.round <= ROUNDS_MAX)
          }),
          { numRuns: 25 },
        )
      })
    }
  }

  it('decides although two are locked on different blocks and the liar is silent', () => {
    // Each of these leaves a machine locked that skips the round of a later polka.
    for (const seed of [40, 112, 271]) assert.ok(isDone(run({ seed, liar: true }, 'enemy')))
  })

  it('does the same again with the same seed', () => {
    const first = run({ seed: 7, liar: true }, 'chaos')
    const second = run({ seed: 7, liar: true }, 'chaos')
    for (const [i, node] of first.nodes.entries()) {
      assert.deepEqual(node.effects, second.nodes[i]!.effects)
      assert.deepEqual(node.state, second.nodes[i]!.state)
    }
  })

  it('leaves every state as it is', () => {
    const watched: typeof step = (state, input, now) => {
      const before = structuredClone(state)
      const stepped = step(state, input, now)
      assert.deepEqual(state, before)
      return stepped
    }
    run({ seed: 3, liar: true, step: watched }, 'enemy')
  })
})

describe('The properties of a network', () => {
  /** Which properties do not hold in the runs of such seeds? */
  const brokenProperties = (broken: typeof step, seeds: readonly number[]): readonly string[] => {
    const properties = { agreement: checkAgreement, validity: checkValidity, honesty: checkHonesty }
    const found = new Set<string>()
    for (const seed of seeds) {
      const network = new Network({ seed, liar: true, step: broken })
      for (let i = 0; i < 2 * ATTACKS; i++) network.attack()
      for (const [name, check] of Object.entries(properties)) {
        try {
          check(network)
        } catch (error) {
          if (!(error instanceof assert.AssertionError)) throw error
          found.add(name)
        }
      }
    }
    return [...found]
  }
  const someSeeds = Array.from({ length: 40 }, (_, seed) => seed)

  it('hold for the real machine in such runs', () => {
    assert.deepEqual(brokenProperties(step, someSeeds), [])
  })

  it('find a machine that takes two votes of four for a quorum', () => {
    const broken: typeof step = (state, input, now) => {
      const { votes } = state
      const rounds = votes.rounds.map((sets) => ({
        ...sets,
        prevote: { ...sets.prevote, quorum: 2n },
        precommit: { ...sets.precommit, quorum: 2n },
      }))
      return step({ ...state, votes: { ...votes, rounds } }, input, now)
    }
    assert.ok(brokenProperties(broken, someSeeds).includes('agreement'))
  })

  it('find a machine that forgets its lock', () => {
    const broken: typeof step = (state, input, now) =>
      step({ ...state, locked: undefined }, input, now)
    assert.deepEqual(brokenProperties(broken, someSeeds), ['agreement'])
  })

  it('find a machine that unlocks by an earlier polka', () => {
    const broken: typeof step = (state, input, now) => {
      const { locked } = state
      return step({ ...state, locked: locked && { ...locked, round: -1 } }, input, now)
    }
    assert.deepEqual(brokenProperties(broken, someSeeds), ['agreement'])
  })

  it('find a machine that votes twice in a round', () => {
    const broken: typeof step = (state, input, now) => {
      const stepped = step(state, input, now)
      const again = stepped.effects.filter(({ kind }) => kind === 'sign-vote')
      return { ...stepped, effects: [...stepped.effects, ...again] }
    }
    assert.ok(brokenProperties(broken, [0]).includes('honesty'))
  })
})
