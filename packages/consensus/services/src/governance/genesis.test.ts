import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { u64 } from '@wadi/cbor/scalars'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import { Genesis, Proposal, ProposalState, Vote, type VoteEntry } from '@wadi/consensus/governance'
import * as keys from '@wadi/consensus/governance/keys'
import { EPOCH_INVALID } from '@wadi/primitives/epoch'
import { quantity } from '@wadi/primitives/quantity'
import { BURN_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { Context } from '../kernel/context.ts'
import { read } from '../kernel/state.ts'
import { testContext } from '../testing/testContext.ts'
import { GOVERNANCE, proposing, upgradeAt } from '../testing/testGovernance.ts'
import { alice, bob } from '../testing/testLedger.ts'
import { exportGenesis, initChain, pendingUpgradesIn } from './genesis.ts'
import { checkGenesis } from './genesisChecks.ts'
import { activeProposalsOf, nextProposalIdOf, pendingUpgradesOf, proposalsOf } from './queries.ts'

const { active, passed, rejected } = ProposalState.names
const plain = { module: 'unknown', code: 1 }

function proposal(id: bigint, fields: Partial<Proposal> = {}): Proposal {
  return make(Proposal, {
    id,
    submitter: alice,
    state: active,
    deposit: quantity(10n),
    content: proposing({ upgrade: upgradeAt(100n) }),
    createdAt: 3n,
    closesAt: 8n,
    ...fields,
  })
}

function section(
  proposals: readonly (Proposal | undefined)[],
  votes: readonly (readonly [bigint, readonly (VoteEntry | undefined)[] | undefined])[] = [],
): Genesis {
  return { params: GOVERNANCE, proposals, voteEntries: keyedMap(u64, votes) }
}

/** A chain that begins with the section. */
function begin(governance: Genesis): Context {
  const ctx = testContext({ mode: 'initChain', lastHeight: 0n })
  const document = { ...zero(GenesisDocument), governance }
  initChain(ctx, { document, validators: [] })
  return ctx
}

const votes: readonly VoteEntry[] = [
  { voter: alice, vote: 1 },
  { voter: bob, vote: 2 },
]
const closed = {
  state: rejected,
  closesAt: 4n,
  results: keyedMap(Vote, [[2, quantity(5n)]]),
  invalidVotes: 1n,
}

describe('governance in a genesis document', () => {
  it('becomes state: proposals, votes, and the next identifier', () => {
    const { state } = begin(section([proposal(7n), proposal(2n, closed)], [[7n, votes]]))
    assert.deepEqual(
      proposalsOf(state).map(({ id }) => id),
      [2n, 7n],
    )
    assert.deepEqual(
      activeProposalsOf(state).map(({ id }) => id),
      [7n],
    )
    assert.equal(nextProposalIdOf(state), 8n)
    assert.equal(read(state, keys.votes, 7n, bob), 2)
  })

  it('has the first identifier one if there is no proposal', () => {
    assert.equal(nextProposalIdOf(begin(section([])).state), 1n)
  })

  it('never brings an upgrade back, however late it is', () => {
    const content = proposing({ upgrade: upgradeAt(EPOCH_INVALID - 1n) })
    const { state } = begin(section([proposal(1n, { state: passed, content })]))
    assert.deepEqual(pendingUpgradesOf(state), [])
  })

  it('comes out as it went in, with null where nobody has voted', () => {
    const genesis = section(
      [proposal(2n, closed), proposal(7n)],
      [
        [2n, undefined],
        [7n, votes],
      ],
    )
    const exported = exportGenesis(begin(genesis).state)
    assert.deepEqual(encode(Genesis, exported), encode(Genesis, genesis))
    assert.deepEqual(
      encode(Genesis, exportGenesis(begin(section([])).state)),
      encode(Genesis, section([])),
    )
  })

  it('is refused with null for a proposal or a vote', () => {
    assert.throws(() => begin(section([proposal(1n), undefined])), {
      ...plain,
      reason: 'governanceGenesis.null',
      context: 'governance.proposals[1]',
    })
    assert.throws(() => begin(section([proposal(1n)], [[1n, [undefined]]])), {
      ...plain,
      reason: 'governanceGenesis.null',
      context: 'governance.vote_entries.1[0]',
    })
  })
})

describe('pendingUpgradesIn', () => {
  const upgrade = (id: bigint, epoch: bigint, state: Proposal['state'] = passed) =>
    proposal(id, { state, content: proposing({ upgrade: upgradeAt(epoch) }) })
  const cancel = (id: bigint, proposalId: bigint, state: Proposal['state'] = passed) =>
    proposal(id, { state, content: proposing({ cancelUpgrade: { proposalId } }) })
  const idsIn = (proposals: readonly Proposal[], epoch: bigint) =>
    pendingUpgradesIn(proposals, epoch).map(([id]) => id)

  it('finds those that passed and are not before the epoch', () => {
    const proposals = [upgrade(1n, 49n), upgrade(2n, 50n), upgrade(3n, 60n, rejected)]
    assert.deepEqual(idsIn(proposals, 50n), [2n])
  })

  it('leaves out those that were cancelled', () => {
    const proposals = [upgrade(1n, 50n), upgrade(2n, 60n), cancel(3n, 1n), cancel(4n, 2n, rejected)]
    assert.deepEqual(idsIn(proposals, 50n), [2n])
  })
})

describe('checkGenesis of governance', () => {
  const terms = { epoch: 5n, governanceDeposits: quantity(10n) }
  const check = (fields: Partial<Proposal>, entries: readonly VoteEntry[] = votes) =>
    checkGenesis(section([proposal(1n, fields)], [[1n, entries]]), terms)
  const refused = (reason: string) => ({ ...plain, reason: `governanceGenesisChecks.${reason}` })

  it('accepts what a network has written', () => {
    check({})
    check({ createdAt: 5n, closesAt: 5n, content: proposing({ upgrade: upgradeAt(5n) }) })
    checkGenesis(section([proposal(1n, closed), proposal(2n)]), terms)
  })

  it('refuses proposals that could not be there', () => {
    const results = keyedMap(Vote, [[1, quantity(0n)]])
    assert.throws(() => check({ createdAt: 6n }), refused('createdLater'))
    assert.throws(() => check({ submitter: BURN_ADDRESS }), refused('submitter'))
    assert.throws(() => check({ closesAt: 4n }), refused('closedBefore'))
    assert.throws(() => check({ results }), refused('countedVotes'))
    assert.throws(() => check({ invalidVotes: 1n }), refused('countedInvalidVotes'))
    const content = proposing({ upgrade: upgradeAt(4n) })
    assert.throws(() => check({ content }), refused('upgradeBefore'))
    assert.throws(() => check({ ...closed, closesAt: 6n }), refused('closesLater'))
  })

  it('refuses deposits that are not there, and votes of nobody', () => {
    assert.throws(() => check({ deposit: quantity(9n) }), refused('deposits'))
    assert.throws(() => check(closed), refused('deposits'))
    assert.throws(() => check({}, [{ voter: BURN_ADDRESS, vote: 1 }]), refused('voter'))
  })

  it('refuses parameters that no proposal could bring about', () => {
    const params = { ...GOVERNANCE, stakeThreshold: 66 }
    const nothing = { ...terms, governanceDeposits: quantity(0n) }
    assert.throws(() => checkGenesis({ ...section([]), params }, nothing), plain)
  })

  it('refuses upgrades to come that are malformed or too near to each other', () => {
    const check = (...epochs: readonly bigint[]) =>
      checkGenesis(
        section(
          epochs.map((epoch, i) =>
            proposal(BigInt(i), {
              ...closed,
              state: passed,
              content: proposing({ upgrade: upgradeAt(epoch) }),
            }),
          ),
        ),
        { ...terms, governanceDeposits: quantity(0n) },
      )
    check(60n, 40n, 80n)
    assert.throws(() => check(60n, 41n), refused('upgradesTooNear'))
    assert.throws(() => check(EPOCH_INVALID), plain)
  })
})
