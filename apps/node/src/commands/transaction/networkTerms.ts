/** The network that a command is about, out of its genesis document. */

import { CodedError } from '@wadi/base/errors'
import {
  chainContextOf,
  type GenesisDocument,
  hashOfGenesis,
  parseGenesis,
} from '@wadi/consensus/genesis/document'
import { checkGenesis } from '@wadi/consensus-services/checkGenesis'
import { forbidKeys, TEST_PUBLIC_KEYS } from '@wadi/crypto/signature/forbiddenKeys'
import { type SignatureRules, signatureRules } from '@wadi/crypto/signature/verification'
import type { Hash } from '@wadi/primitives/hash'
import { RESERVED_PUBLIC_KEYS } from '@wadi/primitives/reservedAddresses'
import { errors } from './commandErrors.ts'
import { readNamedText } from './textFile.ts'

/** What of a network a transaction is made with, and shown with. */
export interface NetworkTerms {
  readonly document: GenesisDocument
  readonly chainContext: string
  readonly genesisHash: Hash
  /** Who may not sign, on any network. */
  readonly signatures: SignatureRules
}

interface Named {
  readonly 'genesis.file': string
  readonly 'debug.dont_blame_oasis': boolean
  readonly 'debug.allow_test_keys': boolean
}

/** Who may not sign: keys of reserved addresses, and those that everybody knows. */
export function signatureRulesOf(flags: Omit<Named, 'genesis.file'>): SignatureRules {
  const allowsTestKeys = flags['debug.dont_blame_oasis'] && flags['debug.allow_test_keys']
  return signatureRules(forbidKeys(RESERVED_PUBLIC_KEYS, allowsTestKeys ? [] : TEST_PUBLIC_KEYS))
}

/** Reads the genesis document that the flags name, and checks it as a node does. */
export function loadNetwork(flags: Named): NetworkTerms {
  const path = flags['genesis.file']
  const document = readNamedText(path, 'the genesis document of the network', parseGenesis)
  const signatures = signatureRulesOf(flags)
  const isDebug = flags['debug.dont_blame_oasis']
  try {
    checkGenesis(document, { isDebug, signatures })
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const hint = isDebug ? '' : ', or allow what is for tests with --debug.dont_blame_oasis'
    throw errors.badFile(
      `${path} is no genesis document that a network can begin with (${error.message}); name that of the network with --genesis.file${hint}`,
    )
  }
  const genesisHash = hashOfGenesis(document)
  return { document, chainContext: chainContextOf(document), genesisHash, signatures }
}
