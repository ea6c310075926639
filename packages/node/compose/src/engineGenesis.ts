/** What CometBFT's genesis says of a network whose genesis document is ours. */

import { toUtf8 } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { BACKENDS } from '@wadi/consensus/beacon'
import {
  chainContextOf,
  cometChainId,
  type GenesisDocument,
  printGenesis,
} from '@wadi/consensus/genesis/document'
import { genesisValidators } from '@wadi/consensus-services/genesisValidators'
import type { InitChainRequest } from '@wadi/contracts/application'
import type { SignatureRules } from '@wadi/crypto/signature/verification'
import type { Moment } from '@wadi/primitives/moment'
import { COMET_APP_VERSION } from '@wadi/primitives/version'

/** What no engine can begin with. The reference refuses them as well. */
export const errors = definePlainErrors('engineGenesis', {
  unknownBackend: 'unknown beacon backend',
  noInterval: 'unable to determine epoch interval',
})

/** The one type of keys. */
const PUBLIC_KEY_TYPE = 'ed25519'
/** COMPAT(oasis-core): where tests say when epochs begin. */
const MOCK_EPOCH_BLOCKS = 100n
const NANOSECONDS_PER_SECOND = 1_000_000_000n

/** How a document is looked at. */
export interface GenesisTerms {
  readonly isDebug: boolean
  readonly signatures: SignatureRules
}

/** CometBFT's genesis, in the words with which it is told to the application. */
export function genesisOf(document: GenesisDocument, terms: GenesisTerms): InitChainRequest {
  const { maxBlockSize, maxBlockGas } = document.consensus.params
  return {
    time: document.genesisTime,
    chainId: cometChainId(chainContextOf(document)),
    consensusParams: {
      // COMPAT(oasis-core): no limit is zero there, and -1 here.
      block: { maxBytes: maxBlockSize, maxGas: maxBlockGas === 0n ? -1n : signed(maxBlockGas) },
      evidence: evidenceOf(document, terms),
      pubKeyTypes: [PUBLIC_KEY_TYPE],
      appVersion: COMET_APP_VERSION,
    },
    validators: genesisValidators(document, terms.signatures),
    appState: toUtf8(printGenesis(document)),
    initialHeight: document.height,
  }
}

/** Whoever has misbehaved can be punished for as long as the stake cannot be withdrawn. */
function evidenceOf(document: GenesisDocument, terms: GenesisTerms) {
  const { maxEvidenceSize, timeoutCommit } = document.consensus.params
  const { debondingInterval } = document.staking.params
  const epochs = debondingInterval === 0n && terms.isDebug ? 1n : debondingInterval
  const maxAgeNumBlocks = signed(epochs * epochBlocksOf(document, terms))
  const age = signed(maxAgeNumBlocks * (timeoutCommit + NANOSECONDS_PER_SECOND))
  return { maxAgeNumBlocks, maxAgeDuration: durationOf(age), maxBytes: maxEvidenceSize }
}

function epochBlocksOf({ beacon }: GenesisDocument, { isDebug }: GenesisTerms): bigint {
  const { backend, debugMockBackend, insecureParameters, vrfParameters } = beacon.params
  const isKnown = backend === BACKENDS.insecure || backend === BACKENDS.vrf
  if (!isKnown) throw errors.unknownBackend(backend)
  const settings = backend === BACKENDS.vrf ? vrfParameters : insecureParameters
  const interval = settings?.interval ?? 0n
  if (interval !== 0n) return interval
  if (isDebug && debugMockBackend) return MOCK_EPOCH_BLOCKS
  throw errors.noInterval()
}

/** COMPAT(Go): numbers of 64 bits with a sign. */
function signed(value: bigint): bigint {
  return BigInt.asIntN(64, value)
}

function durationOf(nanoseconds: bigint): Moment {
  return {
    seconds: nanoseconds / NANOSECONDS_PER_SECOND,
    nanoseconds: Number(nanoseconds % NANOSECONDS_PER_SECOND),
  }
}
