/** Every signature context of the network's own layers; runtimes have theirs in their SDK. */

import { type ContextDeclaration, declareContexts } from './context.ts'

/** 32 bytes in hexadecimal. */
const RUNTIME_ID_TEXT_SIZE = 64

const anyChain = (base: string): ContextDeclaration => ({ base, isChainSeparated: false })
const oneChain = (base: string): ContextDeclaration => ({ base, isChainSeparated: true })
const oneRuntime = (base: string): ContextDeclaration => ({
  base,
  isChainSeparated: true,
  suffix: { separator: ' for runtime ', sizeMax: RUNTIME_ID_TEXT_SIZE },
})

export const contexts = declareContexts({
  transaction: oneChain('oasis-core/consensus: tx'),
  registerEntity: anyChain('oasis-core/registry: register entity'),
  registerNode: anyChain('oasis-core/registry: register node'),
  /** By a runtime's attestation key (RAK); also the customization of the digest that it signs. */
  teeAttestation: anyChain('oasis-core/node: TEE attestation signature'),
  endorseTeeCapability: anyChain('oasis-core/node: endorse TEE capability'),
  attestComponentLabels: anyChain('oasis-core/node: attest component labels'),
  /** Votes, proposals and the handshake between nodes. */
  tendermint: anyChain('oasis-core/tendermint'),
  roothashProposal: oneRuntime('oasis-core/roothash: proposal'),
  /** Over the list of transactions; nobody makes such signatures today. */
  roothashProposalBatch: oneRuntime('oasis-core/roothash: proposal batch'),
  executorCommitment: oneRuntime('oasis-core/roothash: executor commitment'),
  /** By a RAK. */
  computeResultsHeader: anyChain('oasis-core/roothash: compute results header'),
  /** By a RAK, over the static key of a Noise session. */
  rakRpcBinding: anyChain('EkRakRpc'),
  keyManagerInitResponse: anyChain('oasis-core/keymanager: init response'),
  keyManagerPolicy: anyChain('oasis-core/keymanager: policy'),
  /** By the key manager's runtime signing key, over a public key that it derived. */
  keyManagerPublicKey: anyChain('oasis-core/keymanager: pk signature'),
  encryptedMasterSecret: anyChain('oasis-core/keymanager: encrypted master secret'),
  encryptedEphemeralSecret: anyChain('oasis-core/keymanager: encrypted ephemeral secret'),
  churpPolicy: anyChain('oasis-core/keymanager/churp: policy'),
  churpApplication: anyChain('oasis-core/keymanager/churp: application request'),
  churpConfirmation: anyChain('oasis-core/keymanager/churp: confirmation request'),
  libp2p: anyChain('oasis-core/worker: libp2p'),
})
