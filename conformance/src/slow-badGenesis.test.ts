import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { SeededRandom } from '@wadi/base/random'
import { type GenesisDocument, parseGenesis } from '@wadi/consensus/genesis/document'
import { Application } from '@wadi/consensus-services/application'
import { checkGenesis } from '@wadi/consensus-services/checkGenesis'
import { genesisValidators } from '@wadi/consensus-services/genesisValidators'
import { services } from '@wadi/consensus-services/services'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { signatureRules } from '@wadi/crypto/signature/verification'
import { EMPTY_HASH } from '@wadi/mkvs/roots'
import { RESERVED_PUBLIC_KEYS } from '@wadi/primitives/reservedAddresses'
import { damages } from './damage.ts'
import { damageDocument, type Json, parseDocument, printDocument } from './damagedDocument.ts'
import { chainOf } from './replay/replayChain.ts'
import { ReplayedState } from './replay/stateStore.ts'
import { listChains, readVector } from './vectors.ts'

/** However bad a document is and busy the machine, one takes no longer. */
const CPU_MS_MAX = 4_000
const CHANGES_PER_CHAIN = 20
const signatures = signatureRules(forbidKeys(RESERVED_PUBLIC_KEYS))

/** What became of a step: a value, or nothing where the document was refused with a code. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

/** Begins a chain with a document, whatever it is; where it is refused, nothing was written. */
function begin(document: GenesisDocument): 'begun' | undefined {
  const store = new ReplayedState('none')
  const begun = attempt(() => {
    const chain = chainOf(document)
    const application = new Application({ chain, services, store })
    application.initChain({ document, validators: genesisValidators(document, chain.signatures) })
    return 'begun' as const
  })
  if (begun === undefined) assert.deepEqual(store.tree.rootHash(), EMPTY_HASH)
  return begun
}

type Outcome = 'unread' | 'refused' | 'checked' | 'begun'

/** How far a document gets. Both, checks and the chain itself, are tried with whatever was read. */
function outcomeOf(text: string): Outcome {
  const started = process.cpuUsage()
  const document = attempt(() => parseGenesis(text))
  if (document === undefined) return 'unread'
  const isChecked = attempt(() => {
    checkGenesis(document, { isDebug: true, signatures })
    return true
  })
  const begun = begin(document)
  const { user, system } = process.cpuUsage(started)
  assert.ok((user + system) / 1000 < CPU_MS_MAX, 'a document takes too long')
  return begun ?? (isChecked ? 'checked' : 'refused')
}

/** The document of a recorded chain. */
function textOf(chain: string): string {
  return Buffer.from(readVector(`chains/${chain}/genesis.json`)).toString()
}

describe("Any bytes as a transaction, genesis document or block: the reference's error, the reference's code, and no change beyond what the reference changes", () => {
  const [some] = listChains()
  for (const [kind, damage] of Object.entries(damages)) {
    it(`a genesis document of ${kind} text ends in a coded error, or in a chain`, {
      skip: some === undefined,
    }, () => {
      for (const bytes of damage(Buffer.from(textOf(some!)), new SeededRandom(3n)))
        outcomeOf(Buffer.from(bytes).toString())
    })
  }

  it('so do genesis documents of recorded chains with something else in one place or two', () => {
    const random = new SeededRandom(11n)
    const counts = new Map<Outcome, number>()
    for (const chain of listChains()) {
      const text = textOf(chain)
      assert.equal(outcomeOf(text), 'begun', chain)
      for (let i = 0; i < CHANGES_PER_CHAIN; i++) {
        const document = parseDocument(text) as { [key: string]: Json }
        for (let changes = i % 2; changes >= 0; changes--) damageDocument(document, random)
        const outcome = outcomeOf(printDocument(document))
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
      }
    }
    // All ways are gone: else the test would show nothing.
    if (some !== undefined)
      assert.deepEqual([...counts.keys()].toSorted(), ['begun', 'checked', 'refused', 'unread'])
  })
})
