import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make, zero } from '@wadi/cbor/codec'
import { Account, GeneralAccount, Parameters } from '@wadi/consensus/staking'
import { Arena } from '@wadi/mkvs/arena'
import { MissingNodeError } from '@wadi/mkvs/nodeReader'
import type { Tree } from '@wadi/mkvs/tree'
import type { Address } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import { methods } from '../staking/api.ts'
import { setAccount, setParameters } from '../staking/state.ts'
import { testTree } from '../testing/testContext.ts'
import { testAddress } from '../testing/testLedger.ts'
import { testView } from '../testing/testView.ts'
import { answerFromProof, proveAnswer } from './proveAnswer.ts'

const accountCall = methods['Staking/Account']!
const arena = new Arena()
const owner = testAddress(3)

function accountWith(balance: bigint): Account {
  return make(Account, { general: make(GeneralAccount, { balance: quantity(balance) }) })
}

/** Parameters without thresholds, and ten accounts with as many base units as their numbers. */
function committedLedger(): Tree {
  const tree = testTree()
  setParameters(tree, zero(Parameters))
  for (let n = 1; n <= 10; n++) setAccount(tree, testAddress(n), accountWith(BigInt(n)))
  tree.commit({ version: 10n, baseAddress: 1 })
  return tree
}

const asked = (who: Address) => ({ height: 0n, owner: who })

describe('an answer with its proof', () => {
  const tree = committedLedger()
  const view = testView(tree, { tree })
  const { root } = tree

  it('is the same for whoever knows the root only', () => {
    const { outcome, proof } = proveAnswer(accountCall, view, asked(owner))
    assert.deepEqual(outcome, { answer: accountWith(3n) })
    const shown = answerFromProof(accountCall, { arena, root, proof }, view, asked(owner))
    assert.deepEqual(shown, outcome)
  })

  it('shows that there is nothing', () => {
    const nobody = asked(testAddress(77))
    const { proof } = proveAnswer(accountCall, view, nobody)
    const shown = answerFromProof(accountCall, { arena, root, proof }, view, nobody)
    assert.deepEqual(shown, { answer: accountWith(0n) })
  })

  it('shows why it is refused', () => {
    const threshold = methods['Staking/Threshold']!
    const unknown = { height: 0n, kind: 99n }
    const { outcome, proof } = proveAnswer(threshold, view, unknown)
    const shown = answerFromProof(threshold, { arena, root, proof }, view, unknown)
    for (const settled of [outcome, shown]) {
      assert.ok('refusal' in settled)
      assert.equal(settled.refusal.message, 'staking: invalid threshold')
    }
  })

  it('does not show what was not asked', () => {
    const { proof } = proveAnswer(accountCall, view, asked(owner))
    const other = asked(testAddress(4))
    assert.throws(
      () => answerFromProof(accountCall, { arena, root, proof }, view, other),
      MissingNodeError,
    )
  })

  it('is refused if a byte of it is not what it was', () => {
    const { proof } = proveAnswer(accountCall, view, asked(owner))
    for (const [i, entry] of proof.entries.entries()) {
      if (entry === undefined) continue
      const changed = Uint8Array.from(entry)
      changed[changed.length - 1]! ^= 1
      const entries = proof.entries.with(i, changed)
      const state = { arena, root, proof: { ...proof, entries } }
      assert.throws(() => answerFromProof(accountCall, state, view, asked(owner)), {
        module: 'unknown',
        code: 1,
      })
    }
  })
})
