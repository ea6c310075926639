/**
 * What a node checks of a genesis document before it accepts it at all: more than what keeps a
 * chain from beginning, which is checked once more, and partly by other rules, when it begins.
 */

import { refuseAttestations } from '@wadi/attestation/contract'
import { EMPTY_BYTES } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import type { SignatureRules } from '@wadi/crypto/signature/verification'
import { Arena } from '@wadi/mkvs/arena'
import { Overlay } from '@wadi/mkvs/overlay'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'
import { checkGenesis as checkBeacon } from '../beacon/genesisChecks.ts'
import { setEpoch } from '../beacon/state.ts'
import { checkGenesis as checkGovernance } from '../governance/genesisChecks.ts'
import { createBlock } from '../kernel/block.ts'
import { createBus } from '../kernel/bus.ts'
import { type Context, createContext } from '../kernel/context.ts'
import { at } from '../kernel/documentPath.ts'
import { checkGenesis as checkKeymanager } from '../keymanager/genesis.ts'
import { checkGenesis as checkRegistry } from '../registry/genesisChecks.ts'
import { checkGenesis as checkRoothash } from '../roothash/genesisChecks.ts'
import { checkGenesis as checkScheduler } from '../scheduler/genesisChecks.ts'
import { checkStake, checkGenesis as checkStaking } from '../staking/genesisChecks.ts'
import { checkGenesis as checkVault } from '../vault/genesis.ts'
import { checkConsensus } from './consensusChecks.ts'

/** COMPAT(oasis-core): none of these has a code. */
export const errors = definePlainErrors('genesisChecks', {
  height: 'height must be >= 1',
  chainId: 'chain ID must not be empty',
})

/** What the node says. */
export interface GenesisTerms {
  readonly isDebug: boolean
  /**
   * Who may not sign on any chain. The keys that the document itself forbids are not among them:
   * it may not name one that is forbidden anyway.
   */
  readonly signatures: SignatureRules
}

/** COMPAT(Go): what is blank in Go, which is not all that is blank here, and a little more. */
const BLANK = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/u

/** Refuses a document from which no network should begin, in the order of the reference. */
export function checkGenesis(document: GenesisDocument, terms: GenesisTerms): void {
  const { isDebug, signatures } = terms
  const { beacon, consensus, staking } = document
  if (document.height < 1n) throw errors.height('height')
  if (BLANK.test(document.chainId)) throw errors.chainId('chain_id')
  checkConsensus(consensus, { isDebug, forbidden: signatures.forbidden })
  checkBeacon(beacon, terms)
  const epoch = beacon.base
  const claims = inScratch(document, terms, (ctx) =>
    checkRegistry(ctx, document.registry, consensus.params.publicKeyBlacklist),
  )
  checkRoothash(document.roothash, terms)
  checkStaking(staking, { epoch, isDebug })
  at('keymanager', () => checkKeymanager(signatures, document.keymanager))
  checkScheduler(document.scheduler, { isDebug, totalSupply: staking.totalSupply })
  const { governanceDeposits } = staking
  checkGovernance(document.governance, { epoch, governanceDeposits })
  at('vault.params', () => checkVault(document.vault))
  checkStake(staking, claims)
}

/** Runs a check as if the chain began in its base epoch, over a state that is thrown away. */
function inScratch<T>(
  document: GenesisDocument,
  { isDebug, signatures }: GenesisTerms,
  run: (ctx: Context) => T,
): T {
  const arena = new Arena()
  const tree = createTree(arena, { namespace: new Uint8Array(32), type: ROOT_TYPE_STATE })
  const { height, genesisTime: time } = document
  const baseEpoch = document.beacon.base
  const header = { time, proposer: EMPTY_BYTES, lastCommit: [], misbehaviour: [] }
  const ctx = createContext({
    mode: 'initChain',
    chain: {
      // Descriptors are signed for any chain.
      context: '',
      initialHeight: height,
      baseEpoch,
      isDebug,
      signatures,
      verifyAttestation: refuseAttestations,
      bus: createBus([]),
    },
    state: new Overlay(arena, tree),
    committed: undefined,
    block: createBlock(header),
    consensusParameters: document.consensus.params,
  })
  setEpoch(ctx.state, { epoch: baseEpoch, height })
  return run(ctx)
}
