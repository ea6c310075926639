/** Genesis documents as files: read, checked, written. */

import { createHash } from 'node:crypto'
import { CodedError } from '@wadi/base/errors'
import {
  chainContextOf,
  type GenesisDocument,
  parseGenesis,
  printGenesis,
} from '@wadi/consensus/genesis/document'
import { checkGenesis, type GenesisTerms } from '@wadi/consensus-services/checkGenesis'
import { forbidKeys, TEST_PUBLIC_KEYS } from '@wadi/crypto/signature/forbiddenKeys'
import { type SignatureRules, signatureRules } from '@wadi/crypto/signature/verification'
import type { FileSystem } from '@wadi/node-storage/file-system'
import { RESERVED_PUBLIC_KEYS } from '@wadi/primitives/reservedAddresses'
import { errors } from '../errors.ts'
import { GENESIS_FILE_BYTES_MAX, REASON_SIZE_MAX } from '../limits.ts'
import { fromFile, type NamedFile, readNamed, writeNamed } from '../namedFile.ts'
import { describeDifference } from './describeDifference.ts'

/** What a document is looked at with. */
export type SanityTerms = GenesisTerms

/** Who may not sign on any chain. */
export function anyChainSignatures(testKeys: 'allowed' | 'forbidden'): SignatureRules {
  const test = testKeys === 'allowed' ? [] : TEST_PUBLIC_KEYS
  return signatureRules(forbidKeys(RESERVED_PUBLIC_KEYS, test))
}

/** Why a network cannot begin with a document; `undefined` if it can. */
function objectionTo(document: GenesisDocument, terms: SanityTerms): string | undefined {
  try {
    checkGenesis(document, terms)
    return undefined
  } catch (error) {
    if (error instanceof CodedError) return error.message.slice(0, REASON_SIZE_MAX)
    throw error
  }
}

/** Refuses a document from which no network should begin. `what` is what people call it. */
export function requireSane(document: GenesisDocument, what: string, terms: SanityTerms): void {
  const why = objectionTo(document, terms)
  if (why === undefined) return
  const ofTests: SanityTerms = { isDebug: true, signatures: anyChainSignatures('allowed') }
  const remedy =
    objectionTo(document, ofTests) === undefined
      ? 'it is for tests: give --debug.dont_blame_oasis and --debug.allow_test_keys'
      : 'correct that part of it'
  throw errors.badGenesis(`no network can begin with ${what}: ${why}; ${remedy}`)
}

function named(path: string): NamedFile {
  return {
    path,
    what: 'a genesis document',
    remedy: 'name another file with --genesis.file',
    bytesMax: GENESIS_FILE_BYTES_MAX,
  }
}

/** A document and the text that it was read from. */
export interface ReadGenesis {
  readonly document: GenesisDocument
  readonly text: string
}

/** The document of a file, whether or not a network could begin with it. */
export function readGenesisFile(files: FileSystem, path: string): ReadGenesis {
  const text = readNamed(files, named(path))
  return { document: fromFile(named(path), () => parseGenesis(text)), text }
}

/** What there is to say of a document that a network can begin with. */
export interface InspectedGenesis {
  /** The hash that keeps the network apart from others. */
  readonly chainContext: string
  /** SHA-256 of the file, in hex. */
  readonly checksum: string
  /** How the file differs from the canonical form, if it does. */
  readonly difference?: string
}

/** Reads and checks the file of a network's beginning. */
export function inspectGenesisFile(
  files: FileSystem,
  path: string,
  terms: SanityTerms,
): InspectedGenesis {
  const { document, text } = readGenesisFile(files, path)
  requireSane(document, path, terms)
  const canonical = printGenesis(document)
  return {
    chainContext: chainContextOf(document),
    checksum: createHash('sha256').update(text).digest('hex'),
    ...(text !== canonical && { difference: describeDifference(text, canonical) }),
  }
}

/** Writes a document in its canonical form. */
export function writeGenesisFile(files: FileSystem, path: string, document: GenesisDocument): void {
  writeNamed(files, path, printGenesis(document))
}
