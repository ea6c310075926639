import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { decode, zero } from '@wadi/cbor/codec'
import { parseJson } from '@wadi/cbor/json'
import { Proposal, ProposalContent, ProposalState, Vote } from '@wadi/consensus/governance'
import * as keys from '@wadi/consensus/governance/keys'
import { CastVote } from '@wadi/consensus/governance/methods'
import { mark, write } from '@wadi/consensus-services/kernel/state'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import { runWords } from '../testing/runWords.ts'
import { ServedChain } from '../testing/servedChain.ts'
import { alice } from '../testing/testLedger.ts'
import { TestNetwork } from '../testing/testNetwork.ts'
import { governanceCommands } from './governanceCommands.ts'

const governance = (...words: readonly string[]) => runWords(governanceCommands, ...words)
const CLOSES = 9n

async function served(): Promise<ServedChain> {
  const chain = await ServedChain.serve()
  chain.chain.add({
    writeState: (tree) => {
      const { active, passed } = ProposalState.names
      const proposal = { ...zero(Proposal), submitter: alice, closesAt: CLOSES }
      const content = (proposalId: bigint) => ({
        ...zero(ProposalContent),
        cancelUpgrade: { proposalId },
      })
      write(tree, keys.proposals, [1n], {
        ...proposal,
        id: 1n,
        state: active,
        content: content(7n),
      })
      write(tree, keys.proposals, [2n], {
        ...proposal,
        id: 2n,
        state: passed,
        content: content(8n),
      })
      mark(tree, keys.activeProposals, CLOSES, 1n)
      write(tree, keys.votes, [1n, alice], Vote.names.no)
    },
  })
  return chain
}

describe('governance', () => {
  it('lists the proposals that are open, and closed ones if that is wanted', async () => {
    await using chain = await served()
    const idsOf = async (...more: string[]) => {
      const { out } = await governance('list_proposals', '-a', chain.address, ...more)
      return (JSON.parse(out) as { id: number }[]).map(({ id }) => id)
    }
    assert.deepEqual(await idsOf(), [1])
    assert.deepEqual(await idsOf('--include_closed'), [1, 2])
  })

  it('prints null for a list of nothing, as the reference does', async () => {
    await using chain = await ServedChain.serve()
    chain.chain.add()
    assert.equal((await governance('list_proposals', '-a', chain.address)).out, 'null\n')
  })

  it('shows a proposal and its votes', async () => {
    await using chain = await served()
    const asked = ['--proposal.id', '1', '-a', chain.address]
    const { out } = await governance('proposal_info', ...asked)
    assert.match(out, /\n {2}"state": "active",\n/)
    assert.match(out, /\n {4}"cancel_upgrade": \{\n {6}"proposal_id": 7\n/)
    assert.match((await governance('proposal_votes', ...asked)).out, /\n {4}"vote": "no"\n/)
    const none = await governance('proposal_info', '--proposal.id=5', '-a', chain.address)
    assert.equal(none.code, 4)
    assert.match(none.err, /^Error: the node refuses Governance\/Proposal: .*no such proposal\n$/)
    const { code, err } = await governance('proposal_votes', '-a', chain.address)
    assert.deepEqual(
      { code, err },
      { code: 2, err: 'Error: --proposal.id is missing; give the ID of a proposal\n' },
    )
  })

  const body = (network: TestNetwork) => {
    const signed = parseJson(SignedTransaction, readFileSync(network.at('tx'), 'utf8'))
    return decode(Transaction, signed.untrustedRawValue).body
  }

  it('proposes an upgrade that somebody could follow, or that one is taken back', async () => {
    using network = new TestNetwork()
    const propose = (...more: string[]) =>
      governance('gen_submit_proposal', ...network.flags(), ...more)
    const upgrade = (changes: object) => {
      const versions = ['consensus_protocol', 'runtime_host_protocol', 'runtime_committee_protocol']
      const target = Object.fromEntries(versions.map((name) => [name, { major: 8 }]))
      const descriptor = { v: 1, handler: 'an-upgrade', target, epoch: 7, ...changes }
      return network.write('upgrade.json', JSON.stringify(descriptor))
    }
    const { code, out } = await propose('--proposal.upgrade.descriptor', upgrade({}))
    assert.equal(code, 0)
    assert.match(
      out,
      / {4}Upgrade:\n {6}Handler: an-upgrade\n {6}Target Version:\n {8}Consensus Pro\w+: 8\.0/,
    )
    assert.equal(decode(ProposalContent, body(network)).upgrade?.epoch, 7n)
    await propose('--proposal.cancel_upgrade.id=3')
    assert.deepEqual(decode(ProposalContent, body(network)).cancelUpgrade, { proposalId: 3n })
    for (const changes of [{ epoch: 0 }, { handler: 'x' }, { v: 2 }, { target: {} }]) {
      const { code, err } = await propose('--proposal.upgrade.descriptor', upgrade(changes))
      assert.equal(code, 2)
      assert.match(
        err,
        /^Error: \S+\.json is not an upgrade descriptor in JSON \(.*\); name another/,
      )
    }
    assert.match(
      (await propose()).err,
      /^Error: nothing is proposed; give --proposal\.upgrade\.descriptor or /,
    )
  })

  it('votes', async () => {
    using network = new TestNetwork()
    const vote = (...more: string[]) => governance('gen_cast_vote', ...network.flags(), ...more)
    const { code } = await vote('--vote', 'abstain', '--vote.proposal.id', '4')
    assert.equal(code, 0)
    assert.deepEqual(decode(CastVote, body(network)), { id: 4n, vote: Vote.names.abstain })
    assert.match(
      (await vote('--vote=maybe', '--vote.proposal.id=4')).err,
      /give yes, no or abstain/,
    )
    assert.match((await vote('--vote=yes')).err, /--vote\.proposal\.id is missing/)
  })
})
