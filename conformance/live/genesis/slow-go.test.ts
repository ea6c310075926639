import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { SeededRandom } from '@wadi/base/random'
import { parseGenesis, printGenesis } from '@wadi/consensus/genesis/document'
import { checkGenesis } from '@wadi/consensus-services/checkGenesis'
import { testDocument } from '@wadi/consensus-services/testing/document'
import { forbidKeys, TEST_PUBLIC_KEYS } from '@wadi/crypto/signature/forbiddenKeys'
import { type SignatureRules, signatureRules } from '@wadi/crypto/signature/verification'
import { RESERVED_PUBLIC_KEYS } from '@wadi/primitives/reservedAddresses'
import {
  damageDocument,
  type Json,
  parseDocument,
  printDocument,
} from '../../src/damagedDocument.ts'
import { listChains, readVector } from '../../src/vectors.ts'
import { buildProgram } from '../cbor/oracle.ts'

const program = buildProgram(import.meta.dirname)

const CHANGES_PER_DOCUMENT = 60

type Mode = 'debug' | 'production'

const RULES: Readonly<Record<Mode, SignatureRules>> = {
  debug: signatureRules(forbidKeys(RESERVED_PUBLIC_KEYS)),
  production: signatureRules(forbidKeys(RESERVED_PUBLIC_KEYS, TEST_PUBLIC_KEYS)),
}

/** The documents of recorded chains, which are all for debug mode, and one that is for both. */
const documents: readonly string[] = [
  printGenesis(testDocument()),
  ...listChains().map((name) => Buffer.from(readVector(`chains/${name}/genesis.json`)).toString()),
]

/** Documents with something else in a place or two, each on one line. */
function changedDocuments(seed: bigint): readonly string[] {
  const random = new SeededRandom(seed)
  return documents.flatMap((text) =>
    Array.from({ length: CHANGES_PER_DOCUMENT }, (_, i) => {
      const document = parseDocument(text) as { [key: string]: Json }
      for (let changes = i % 2; changes >= 0; changes--) damageDocument(document, random)
      return printDocument(document)
    }),
  )
}

function ownAnswer(text: string, mode: Mode): string {
  try {
    const signatures = RULES[mode]
    checkGenesis(parseGenesis(text), { isDebug: mode === 'debug', signatures })
    return 'ok'
  } catch (error) {
    if (error instanceof CodedError) return error.message
    throw error
  }
}

/** Documents that only one of the two accepts, with both answers. */
function differences(texts: readonly string[], mode: Mode): readonly (readonly string[])[] {
  const input = texts.map((text) => `${text}\n`).join('')
  const answers = execFileSync(program.path, [mode], { input, maxBuffer: 2 ** 30 })
  const theirs = answers.toString().split('\n').slice(0, -1)
  assert.equal(theirs.length, texts.length)
  const pairs = texts.map((text, i) => [theirs[i]!, ownAnswer(text, mode), text])
  return pairs.filter(([go, own]) => (go === 'ok') !== (own === 'ok'))
}

describe('A genesis document is checked as strictly as the reference does', {
  skip: program.missing,
}, () => {
  it('the published checks accept what ours accept, in debug mode', () => {
    assert.deepEqual(differences(changedDocuments(1n), 'debug').slice(0, 3), [])
  })

  it('the published checks accept what ours accept, in production', () => {
    assert.deepEqual(differences(changedDocuments(2n), 'production').slice(0, 3), [])
  })

  it('both accept the document of which the tests change parts, and those of the chains', () => {
    const lines = documents.map((text) => text.replace(/\n\s*/g, ''))
    assert.deepEqual(differences(lines, 'debug'), [])
    assert.deepEqual(differences(lines, 'production'), [])
    assert.equal(ownAnswer(documents[0]!, 'production'), 'ok')
  })
})
