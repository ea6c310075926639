/**
 * What the house claims to do. Each claim names the tests that show it; without such tests it is
 * not claimed to work. README.md and `npm start` are made from this list.
 */

export type Claim = {
  readonly area: string
  /** What it does, as a sentence of its own without the full stop. */
  readonly does: string
  /** What the results are held against. */
  readonly against: string
  /** The test files that show it; none as long as it does not work. */
  readonly shownBy: readonly string[]
}

export const claims: readonly Claim[] = [
  {
    area: 'Foundation',
    does: 'errors, bytes, log, metrics, configuration, life cycles',
    against: "Buffer, TextEncoder and TextDecoder; Prometheus' text format",
    shownBy: [
      'packages/common/base/src/bytes.test.ts',
      'packages/common/base/src/config.test.ts',
      'packages/common/base/src/errors.test.ts',
      'packages/common/base/src/lifecycle.test.ts',
      'packages/common/base/src/log.test.ts',
      'packages/common/base/src/metrics.test.ts',
    ],
  },
  {
    area: 'Canonical CBOR',
    does: 'schemas give encoder, decoders with three levels of trust, zero values and generators',
    against: 'RFC 8949, published vectors, properties',
    shownBy: [
      'packages/common/cbor/src/compliance/vectors.test.ts',
      'packages/common/cbor/src/collections.test.ts',
      'packages/common/cbor/src/mapped.test.ts',
      'packages/common/cbor/src/oneOf.test.ts',
      'packages/common/cbor/src/scalars.test.ts',
      'packages/common/cbor/src/struct.test.ts',
      'packages/common/cbor/src/time.test.ts',
      'packages/common/cbor/src/versioned.test.ts',
    ],
  },
  {
    area: 'Canonical CBOR',
    does: 'the same answers as the codec of the reference on odd and near-valid inputs',
    against: "the reference's Go codec, where a Go toolchain is present",
    shownBy: ['conformance/live/cbor/slow-go.test.ts'],
  },
  {
    area: 'Hashes',
    does: 'SHA-2 in kernels, SHA-3, Keccak, cSHAKE, KMAC, TupleHash, HMAC, HKDF',
    against: 'FIPS and NIST vectors, node:crypto, noble',
    shownBy: [
      'packages/common/crypto/src/hash/sha256.test.ts',
      'packages/common/crypto/src/hash/sha512.test.ts',
      'packages/common/crypto/src/hash/sha512Kernel.test.ts',
      'packages/common/crypto/src/hash/sha3.test.ts',
      'packages/common/crypto/src/hash/keccakKernel.test.ts',
      'packages/common/crypto/src/hash/cshake.test.ts',
      'packages/common/crypto/src/hash/hmac.test.ts',
      'packages/common/crypto/src/hash/hkdf.test.ts',
    ],
  },
  {
    area: 'Randomness',
    does: "HMAC-DRBG with the reference's buffering, Go's math/rand",
    against: 'NIST vectors, outputs of Go',
    shownBy: [
      'packages/common/crypto/src/drbg/hmacDrbg.test.ts',
      'packages/common/crypto/src/drbg/mathRand.test.ts',
    ],
  },
  {
    area: 'Ed25519',
    does: "the reference's accept set, one by one and in batches",
    against: 'edge cases of the specification, a readable reference, node:crypto',
    shownBy: [
      'packages/common/crypto/src/ed25519/verify.test.ts',
      'packages/common/crypto/src/ed25519/batch.test.ts',
      'packages/common/crypto/src/ed25519/sign.test.ts',
      'packages/common/crypto/src/ed25519/provider.test.ts',
      'packages/common/crypto/src/ed25519/kernel/kernel.test.ts',
    ],
  },
  {
    area: 'Signatures of the network',
    does: 'contexts, chain separation, key roles, forbidden keys',
    against: 'the rules and examples of the specification',
    shownBy: [
      'packages/common/crypto/src/signature/context.test.ts',
      'packages/common/crypto/src/signature/keyRole.test.ts',
      'packages/common/crypto/src/signature/forbiddenKeys.test.ts',
      'packages/common/crypto/src/signature/verification.test.ts',
    ],
  },
  {
    area: 'VRF',
    does: 'ECVRF with ELL2, hash to the curve',
    against: 'RFC 9381, RFC 9380',
    shownBy: [
      'packages/common/crypto/src/vrf/vrf.test.ts',
      'packages/common/crypto/src/hashToCurve/edwards25519.test.ts',
    ],
  },
  {
    area: 'Other curves',
    does: 'ECDSA over secp256k1, P-256 and P-384, recovery, sr25519, X25519',
    against: 'Wycheproof and RFC vectors',
    shownBy: [
      'packages/common/crypto/src/ecdsa/nobleEcdsa.test.ts',
      'packages/common/crypto/src/sr25519/sr25519.test.ts',
      'packages/common/crypto/src/x25519/x25519.test.ts',
    ],
  },
  {
    area: 'Sealing',
    does: 'Deoxys-II in constant time, ChaCha20-Poly1305, the MRAE box',
    against: 'published vectors, readable references',
    shownBy: [
      'packages/common/crypto/src/aead/deoxysii.test.ts',
      'packages/common/crypto/src/aead/chacha20Poly1305.test.ts',
      'packages/common/crypto/src/aead/mraeBox.test.ts',
    ],
  },
  {
    area: 'Transcripts and handshakes',
    does: 'STROBE, Merlin, Noise XX',
    against: 'published vectors',
    shownBy: [
      'packages/common/crypto/src/transcript/strobe.test.ts',
      'packages/common/crypto/src/transcript/merlin.test.ts',
      'packages/common/crypto/src/noise/handshake.test.ts',
      'packages/common/crypto/src/noise/transport.test.ts',
    ],
  },
  {
    area: 'Keys',
    does: 'PEM files with checks of permissions, node identities, account keys from a mnemonic',
    against: 'key files of the reference, vectors of ADR 8',
    shownBy: [
      'packages/node/crypto/src/keys/keyFile.test.ts',
      'packages/node/crypto/src/keys/pem.test.ts',
      'packages/node/crypto/src/keys/nodeIdentity.test.ts',
      'packages/client/keys/src/accountKey.test.ts',
    ],
  },
  {
    area: 'Primitives',
    does: 'quantity, address, namespace, version, entity, node, envelopes, transactions',
    against: 'examples of the specification, any bytes',
    shownBy: [
      'packages/common/primitives/src/quantity.test.ts',
      'packages/common/primitives/src/address.test.ts',
      'packages/common/primitives/src/reservedAddresses.test.ts',
      'packages/common/primitives/src/namespace.test.ts',
      'packages/common/primitives/src/version.test.ts',
      'packages/common/primitives/src/entity.test.ts',
      'packages/common/primitives/src/node.test.ts',
      'packages/common/primitives/src/envelope.test.ts',
      'packages/common/primitives/src/transaction.test.ts',
    ],
  },
  {
    area: 'Consensus types',
    does: 'keys, values, methods, events and errors of every service',
    against: 'every state, transaction and event of the recorded chains, there and back',
    shownBy: [
      'packages/consensus/types/src/schemas.test.ts',
      'packages/consensus/types/src/methods.test.ts',
      'packages/consensus/types/src/errors.test.ts',
      'packages/consensus/types/src/state/stateTables.test.ts',
      'conformance/runners/stateValues.test.ts',
      'conformance/runners/bodies.test.ts',
    ],
  },
  {
    area: 'Genesis',
    does: 'the document, its hash and the chain context; its checks; dumps of a chain that begin it anew',
    against: 'recorded chains, the golden state, damaged documents',
    shownBy: [
      'conformance/runners/genesis.test.ts',
      'conformance/runners/dumpRestore.test.ts',
      'conformance/runners/consensusMockWritten.test.ts',
      'packages/consensus/services/src/genesis/checkGenesis.test.ts',
      'conformance/src/badGenesis.test.ts',
    ],
  },
  {
    area: 'Transactions of recorded chains',
    does: 'every signature verifies in its chain',
    against: 'recorded chains, a block of the main network',
    shownBy: ['conformance/runners/transactionSignatures.test.ts'],
  },
  {
    area: 'Consensus application',
    does: 'the beginning of a chain, proposals with their metadata, checks, gas, sub-transactions, upgrades and halts',
    against: 'recorded chains block by block: roots, results, events, validators',
    shownBy: [
      'conformance/runners/replay.test.ts',
      'conformance/runners/replayIsFunction.test.ts',
      'packages/consensus/services/src/application/application.test.ts',
      'packages/consensus/services/src/application/trial.test.ts',
      'packages/consensus/services/src/application/upgrade.test.ts',
      'packages/consensus/services/src/application/halt.test.ts',
      'packages/consensus/services/src/upgrade/upgrader.test.ts',
      'packages/consensus/services/src/upgrade/handlers.test.ts',
    ],
  },
  {
    area: 'Epochs and elections',
    does: 'epochs, proofs of randomness, elections of validators and committees',
    against: 'recorded chains, tests of its refusals',
    shownBy: [
      'conformance/runners/replay.test.ts',
      'packages/consensus/services/src/beacon/blocks.test.ts',
      'packages/consensus/services/src/scheduler/validators.test.ts',
      'packages/consensus/services/src/scheduler/committees.test.ts',
      'packages/consensus/services/src/scheduler/votingPower.test.ts',
    ],
  },
  {
    area: 'Staking',
    does: 'transfers, escrow, debonding, allowances, commissions, rewards, fees, slashing, stake claims',
    against: 'recorded chains, tests of its refusals, properties',
    shownBy: [
      'conformance/runners/replay.test.ts',
      'packages/consensus/services/src/staking/service.test.ts',
      'packages/consensus/services/src/staking/commission.test.ts',
      'packages/consensus/services/src/staking/fees.test.ts',
      'packages/consensus/services/src/staking/slashing.test.ts',
      'packages/consensus/services/src/staking/stakeClaims.test.ts',
    ],
  },
  {
    area: 'Registry',
    does: 'entities, nodes, runtimes, admission, deployments, freezing and expiry',
    against: 'recorded chains, tests of its refusals',
    shownBy: [
      'conformance/runners/replay.test.ts',
      'packages/consensus/services/src/registry/transactions/registerNode.test.ts',
      'packages/consensus/services/src/registry/transactions/registerRuntime.test.ts',
      'packages/consensus/services/src/registry/admission.test.ts',
      'packages/consensus/services/src/registry/deployments.test.ts',
    ],
  },
  {
    area: 'TEE',
    does: 'node registrations that carry TEE attestation are refused with unknown/1, as the reference refuses a bad quote, until quotes are verified; registry/8 if the hardware is not the runtime’s',
    against: 'tests of its refusals; no quote is verified yet',
    shownBy: [
      'packages/consensus/services/src/registry/transactions/registerNode.test.ts',
      'packages/consensus/services/src/registry/deployments.test.ts',
      'packages/runtime/attestation/src/attestationVerifier.test.ts',
    ],
  },
  {
    area: 'Roothash',
    does: 'rounds, discrepancies, messages, evidence, liveness and suspension of runtimes',
    against: 'recorded chains, tests of its refusals',
    shownBy: [
      'conformance/runners/replay.test.ts',
      'packages/consensus/services/src/roothash/finalizeRound.test.ts',
      'packages/consensus/services/src/roothash/liveness.test.ts',
      'packages/consensus/services/src/roothash/slashing.test.ts',
      'packages/consensus/services/src/roothash/transactions/evidence.test.ts',
    ],
  },
  {
    area: 'Governance and vaults',
    does: 'proposals, votes, changes of parameters, upgrades, accounts that several decide about',
    against: 'recorded chains (no vaults), tests of its refusals',
    shownBy: [
      'conformance/runners/replay.test.ts',
      'packages/consensus/services/src/governance/tally.test.ts',
      'packages/consensus/services/src/governance/blocks.test.ts',
      'packages/consensus/services/src/vault/transactions/authorizeAction.test.ts',
      'packages/consensus/services/src/vault/withdrawals.test.ts',
    ],
  },
  {
    area: 'Key managers',
    does: 'secrets and their rotation, schemes of CHURP, between nodes without enclaves',
    against: 'recorded chains, tests of its refusals',
    shownBy: [
      'conformance/runners/replay.test.ts',
      'packages/consensus/services/src/keymanager/nextStatus.test.ts',
      'packages/consensus/services/src/keymanager/publication.test.ts',
      'packages/consensus/services/src/churp/handoff.test.ts',
    ],
  },
  {
    area: 'Any transaction, any block',
    does: 'what is no transaction changes nothing, a bad block is refused, no sequence of transactions breaks an invariant or makes tokens',
    against: 'damaged and random transactions and blocks on recorded chains',
    shownBy: [
      'conformance/runners/anyTransaction.test.ts',
      'conformance/runners/anyBlock.test.ts',
      'conformance/runners/transactionSequences.test.ts',
      'packages/consensus/services/src/application/anyInput.test.ts',
    ],
  },
  {
    area: 'Answers about the consensus layer',
    does: 'what the services’ interfaces can be asked, at any height, also with proofs',
    against: 'recorded calls and answers, to the byte',
    shownBy: [
      'conformance/runners/apiAnswers.test.ts',
      'packages/consensus/services/src/application/api.test.ts',
      'packages/consensus/services/src/kernel/proveAnswer.test.ts',
    ],
  },
  {
    area: 'Snapshots and pruning',
    does: 'checkpoints for state sync, restored states that go on, heights that are kept',
    against: 'recorded chains from a snapshot on',
    shownBy: [
      'conformance/runners/stateSync.test.ts',
      'packages/consensus/services/src/application/snapshots.test.ts',
      'packages/consensus/services/src/application/checkpointSchedule.test.ts',
      'packages/consensus/services/src/application/pruning.test.ts',
    ],
  },
  {
    area: 'Merklized tree',
    does: 'updates, iterators, overlays with nested rollbacks, in a kernel that hashes nodes where they lie',
    against: 'a readable tree, a sorted map, vectors of the reference',
    shownBy: [
      'packages/common/mkvs/src/tree.test.ts',
      'packages/common/mkvs/src/reference.test.ts',
      'packages/common/mkvs/src/overlay.test.ts',
      'packages/common/mkvs/src/bits.test.ts',
      'conformance/runners/treeOperations.test.ts',
    ],
  },
  {
    area: 'State roots',
    does: 'the roots of every recorded block and round',
    against: 'recorded chains, the golden state "consensus mock"',
    shownBy: ['conformance/runners/roots.test.ts', 'conformance/runners/consensusMock.test.ts'],
  },
  {
    area: 'Proofs',
    does: 'both versions, single keys, ranges, absence',
    against: 'recorded answers of the reference, every mutation of a proof',
    shownBy: [
      'packages/common/mkvs/src/proof.test.ts',
      'conformance/runners/storageAnswers.test.ts',
    ],
  },
  {
    area: 'Checkpoints',
    does: 'written and restored chunk by chunk',
    against: 'any order of chunks, every change of a byte, the bounds of the format',
    shownBy: ['packages/common/mkvs/src/checkpoint/checkpoint.test.ts'],
  },
  {
    area: 'Key-value store',
    does: 'in memory and on disk, with one suite for both',
    against: 'the suite of the contract',
    shownBy: [
      'packages/common/kv/src/memory/memoryStore.test.ts',
      'packages/node/storage/src/kv/diskStore.test.ts',
      'packages/node/storage/src/files/storeFolder.test.ts',
    ],
  },
  {
    area: 'Node database',
    does: 'versions, finalization and pruning in an append-only log; a killed writer loses nothing committed',
    against: 'a model in memory, killed processes',
    shownBy: [
      'packages/node/storage/src/nodedb/nodeDatabaseModel.test.ts',
      'packages/node/storage/src/killWriter.test.ts',
    ],
  },
  {
    area: 'Protocol buffers',
    does: 'schemas give encoder and decoder, to the byte and to the refusal as gogoproto',
    against: "gogoproto's wire format, properties",
    shownBy: ['packages/common/protobuf/src/codec.test.ts'],
  },
  {
    area: 'Blocks of CometBFT',
    does: 'headers, parts, commits, votes, evidence: bytes, hashes, sign-bytes, checks',
    against: 'every block and commit of the recorded chains; a block of the main network',
    shownBy: [
      'conformance/runners/engineBlocks.test.ts',
      'packages/consensus/tendermint/src/types/types.test.ts',
      'packages/consensus/tendermint/src/signBytes.test.ts',
      'packages/consensus/tendermint/src/basic/basic.test.ts',
      'packages/consensus/tendermint/src/blocks/parts.test.ts',
      'packages/consensus/tendermint/src/hashing/headerHash.test.ts',
      'packages/consensus/tendermint/src/chainState/chainState.test.ts',
      'packages/consensus/tendermint/src/commits/verifyCommit.test.ts',
    ],
  },
  {
    area: 'Blocks of CometBFT',
    does: "the same bytes, hashes and verdicts as the reference's engine on good and damaged messages",
    against: "the reference's fork of CometBFT, where a Go toolchain is present",
    shownBy: ['conformance/live/comet-types/slow-go.test.ts'],
  },
  {
    area: 'Validator sets',
    does: 'order, changes, and whose turn it is to propose',
    against: 'recorded chains, sequences of Go',
    shownBy: [
      'packages/consensus/tendermint/src/validators/validatorSet.test.ts',
      'conformance/runners/engineBlocks.test.ts',
    ],
  },
  {
    area: 'Agreement',
    does: 'rounds, locks, timeouts, catching up, as a pure machine; any order of messages, any third that lies',
    against:
      "recorded steps of CometBFT's own state machine, networks of machines under a seed, planted faults",
    shownBy: [
      'packages/consensus/tendermint/src/round/scenarios.test.ts',
      'packages/consensus/tendermint/src/round/network.test.ts',
      'packages/consensus/tendermint/src/round/goRounds.test.ts',
      'packages/consensus/tendermint/src/round/decidePrevote.test.ts',
      'packages/consensus/tendermint/src/round/decidePrecommit.test.ts',
      'packages/consensus/tendermint/src/round/voteSet.test.ts',
      'packages/consensus/tendermint/src/gossip/nextForPeer.test.ts',
    ],
  },
  {
    area: 'Light clients',
    does: 'adjacent and skipping verification, trust periods, attacks found and proven',
    against: 'chains with real and stand-in signatures, liars',
    shownBy: [
      'packages/consensus/tendermint/src/light/verifyLightBlock.test.ts',
      'packages/consensus/tendermint/src/light/lightClient.test.ts',
    ],
  },
  {
    area: 'Signing',
    does: 'nothing is signed twice, whatever crashes; the key files of the reference',
    against: "the reference's file, every torn write",
    shownBy: [
      'packages/consensus/tendermint/src/lastSign.test.ts',
      'packages/node/engine/src/signing/fileSigner.test.ts',
      'packages/node/engine/src/signing/keyFileSigner.test.ts',
    ],
  },
  {
    area: 'Write-ahead log and stores',
    does: 'any torn or lost write is made up for; a flipped byte is found and named',
    against: 'a disk that tears, forgets and fills up',
    shownBy: [
      'packages/node/engine/src/wal/wal.test.ts',
      'packages/node/engine/src/stores/diskBlockStore.test.ts',
      'packages/node/engine/src/stores/diskStateStore.test.ts',
    ],
  },
  {
    area: 'Mempool',
    does: 'transactions by priority, with bounds and recheck',
    against: 'a naive list',
    shownBy: [
      'packages/node/engine/src/mempool/mempool.test.ts',
      'packages/node/engine/src/mempool/mempoolReactor.test.ts',
    ],
  },
  {
    area: 'Evidence',
    does: 'verified, kept through crashes, told to others, put into blocks',
    against: 'crashes, forgeries',
    shownBy: [
      'packages/node/engine/src/evidence/evidencePool.test.ts',
      'packages/node/engine/src/evidence/evidenceReactor.test.ts',
    ],
  },
  {
    area: 'Block sync and state sync',
    does: 'a node fetches blocks, or a state and then blocks, from peers of whom one is honest',
    against: 'peers that lie, stall and leave',
    shownBy: [
      'packages/node/engine/src/blockSync/pool.test.ts',
      'packages/node/engine/src/blockSync/blockSyncReactor.test.ts',
      'packages/node/engine/src/stateSync/stateSyncReactor.test.ts',
    ],
  },
  {
    area: 'Connections between nodes',
    does: 'secret connections, channels, node info, addresses, scores and bans',
    against: 'crafted bytes, floods, a suite for networks',
    shownBy: [
      'packages/net/comet-p2p/src/secret/secretConnection.test.ts',
      'packages/net/comet-p2p/src/mux/mux.test.ts',
      'packages/net/comet-p2p/src/handshake/handshake.test.ts',
      'packages/net/comet-p2p/src/network/network.test.ts',
      'packages/net/comet-p2p/src/network/badInput.test.ts',
      'packages/net/comet-p2p/src/network/compliance.test.ts',
      'packages/net/comet-p2p/src/pex/pexReactor.test.ts',
    ],
  },
  {
    area: 'Connections between nodes',
    does: "a peer of CometBFT's own network code, in both dialects of signatures",
    against: "CometBFT and the reference's fork, where a Go toolchain is present",
    shownBy: ['conformance/live/comet-p2p/slow-go.test.ts'],
  },
  {
    area: 'ABCI',
    does: 'an application of ours behind the socket of ABCI 0.37',
    against: 'messages of CometBFT, crafted bytes',
    shownBy: [
      'packages/net/abci/src/abciServer.test.ts',
      'packages/net/abci/src/messages/abciMessages.test.ts',
    ],
  },
  {
    area: 'CometBFT as the engine',
    does: 'four pairs of CometBFT and our application, killed and restarted',
    against: 'CometBFT 0.37.18, where a Go toolchain is present',
    shownBy: ['conformance/live/external-engine/slow-cometbft.test.ts'],
  },
  {
    area: 'Bad input',
    does: 'every decoder answers truncated, oversized, duplicate, non-canonical, deeply nested and lying input with a value or a coded error',
    against: 'damaged forms of good inputs of every decoder, seeded',
    shownBy: ['conformance/src/badInput.test.ts'],
  },
]
