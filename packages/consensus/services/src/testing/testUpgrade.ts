/** Nodes of a network whose one entity decides about upgrades, with every service. */

import { toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { decode, encode, make, type Schema } from '@wadi/cbor/codec'
import { withEntry } from '@wadi/cbor/collections'
import { Genesis as BeaconGenesis, Parameters as BeaconParameters } from '@wadi/consensus/beacon'
import type { Parameters as ConsensusParameters } from '@wadi/consensus/consensus'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { Genesis as GovernanceGenesis, ProposalContent, Vote } from '@wadi/consensus/governance'
import { CastVote } from '@wadi/consensus/governance/methods'
import { Account, GeneralAccount } from '@wadi/consensus/staking'
import type { PendingUpgrade, UpgradeDescriptor } from '@wadi/consensus/upgrade'
import { Node } from '@wadi/primitives/node'
import { quantity } from '@wadi/primitives/quantity'
import {
  SignedTransaction,
  signTransaction,
  Transaction,
  transactionContext,
} from '@wadi/primitives/transaction'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { Application, type ApplicationOptions } from '../application/application.ts'
import { genesisValidators } from '../application/genesisValidators.ts'
import type { Halted } from '../application/halt.ts'
import type { ProposedBlock } from '../application/proposal.ts'
import type { TxResult } from '../application/results.ts'
import { services } from '../application/services.ts'
import { epochOf } from '../beacon/queries.ts'
import type { CommittedState } from '../kernel/context.ts'
import type { Upgrader } from '../kernel/upgrader.ts'
import { accountOf } from '../staking/queries.ts'
import { createUpgrader, type UpgraderOptions } from '../upgrade/upgrader.ts'
import { testContext } from './testContext.ts'
import { owner, testDocument, validatorSigners, workerSigners } from './testDocument.ts'
import { GOVERNANCE, proposing } from './testGovernance.ts'
import { entitySigner, signNode } from './testRegistry.ts'
import { MemorySnapshots } from './testSnapshots.ts'

/** Epochs begin at the heights that this divides. */
export const EPOCH_BLOCKS = 3n

const proposer = validatorSigners.consensus
const DEPOSIT = 10n
const LAST_EPOCH = 10_000n

function staking(): GenesisDocument['staking'] {
  const { staking: before } = testDocument()
  const { escrow } = before.ledger.get(owner)!
  const general = make(GeneralAccount, { balance: quantity(DEPOSIT) })
  const account = make(Account, { escrow, general })
  const ledger = withEntry(before.ledger, owner, account)
  return { ...before, ledger, governanceDeposits: quantity(0n) }
}

/** The same nodes, which remain however long a test takes. Epochs begin at zero. */
function lasting(registry: GenesisDocument['registry']): GenesisDocument['registry'] {
  const nodes = [validatorSigners, workerSigners].map((signers, i) => {
    const node = decode(Node, registry.nodes[i]!.untrustedRawValue)
    return signNode(signers, { ...node, expiration: LAST_EPOCH })
  })
  return { ...registry, nodes, params: { ...registry.params, maxNodeExpiration: LAST_EPOCH } }
}

/** The network's beginning. Votes are counted with the next epoch. */
export function upgradeDocument(consensus: Partial<ConsensusParameters> = {}): GenesisDocument {
  const { consensus: latest, registry } = testDocument()
  return testDocument({
    consensus: { ...latest, params: { ...latest.params, ...consensus } },
    registry: lasting(registry),
    beacon: make(BeaconGenesis, {
      params: make(BeaconParameters, {
        backend: 'insecure',
        insecureParameters: { interval: EPOCH_BLOCKS },
      }),
    }),
    staking: staking(),
    governance: make(GovernanceGenesis, {
      params: {
        ...GOVERNANCE,
        votingPeriod: 1n,
        upgradeMinEpochDiff: 2n,
        upgradeCancelMinEpochDiff: 2n,
      },
    }),
  })
}

/** What a node begins with. */
export interface NodeOptions
  extends UpgraderOptions,
    Partial<Pick<ApplicationOptions, 'halt' | 'services'>> {
  readonly document?: GenesisDocument
  /** Instead of one that does what it is told. */
  readonly upgrader?: Upgrader
}

/** A node: its application, and everything around it that outlives the application. */
export class TestNode {
  readonly application: Application
  readonly halts: Halted[] = []
  readonly store: MemorySnapshots
  readonly document: GenesisDocument
  /** What the upgrader had kept. */
  kept: readonly PendingUpgrade[] = []
  readonly #options: NodeOptions

  private constructor(options: NodeOptions, store: MemorySnapshots) {
    const { document = upgradeDocument(), halt = {} } = options
    const keep = (pending: readonly PendingUpgrade[]) => {
      this.kept = pending
    }
    const upgrader = options.upgrader ?? createUpgrader({ ...options, keep })
    const chain = { ...testContext().chain, upgrader }
    this.#options = options
    this.store = store
    this.document = document
    this.application = new Application({
      chain,
      services: options.services ?? services,
      store,
      halt,
      onHalt: (halted) => this.halts.push(halted),
    })
  }

  /** A node of a chain without any block. */
  static begin(options: NodeOptions = {}): TestNode {
    const node = new TestNode(options, new MemorySnapshots())
    const { document } = node
    const validators = genesisValidators(document, testContext().chain.signatures)
    node.application.initChain({ document, validators })
    return node
  }

  /** The node after a restart: with what it has on disk, and maybe another program. */
  restart(changes: NodeOptions = {}): TestNode {
    const pending = this.kept
    return new TestNode({ ...this.#options, pending, ...changes }, this.store.reopened())
  }

  get committed(): CommittedState {
    assert(this.application.committed !== undefined, 'no block was committed')
    return this.application.committed
  }

  get height(): bigint {
    return this.application.committed?.height ?? 0n
  }
}

/** The header of the block of a height. */
export function blockAt(height: bigint): ProposedBlock {
  const validator = validatorAddress(proposer.publicKey)
  return {
    hash: toUtf8(`block ${height}`),
    height,
    time: { seconds: 1_700_000_000n + height, nanoseconds: 0 },
    nextValidatorsHash: new Uint8Array(32),
    proposer: validator,
    lastCommit: height === 1n ? [] : [{ validator, hasSigned: true }],
    misbehaviour: [],
  }
}

/** Has a node propose the next block. */
export function propose(
  { application, height }: TestNode,
  transactions: readonly Uint8Array[] = [],
): readonly Uint8Array[] {
  const block = blockAt(height + 1n)
  return application.prepareProposal({ ...block, transactions, bytesMax: 1n << 23n }, proposer)
}

/** Runs the next block, which the network has decided, and commits it. */
export function decide(
  { application, height }: TestNode,
  transactions: readonly Uint8Array[],
): readonly TxResult[] {
  application.beginBlock(blockAt(height + 1n))
  const results = transactions.map((raw) => application.deliverTx(raw))
  application.endBlock()
  application.commit()
  return results
}

/** The owner's transaction, the first one of a block unless told otherwise. */
export function ownersCall<T>(
  node: TestNode,
  method: string,
  schema: Schema<T>,
  body: T,
): Uint8Array {
  const { nonce } = accountOf(node.committed.state, owner).general
  const fee = { amount: quantity(0n), gas: 1_000_000n }
  return signedCall({ nonce, fee, method, body: encode(schema, body) })
}

/** A transaction, of the owner's unless told otherwise. */
export function signedCall(
  fields: Partial<Transaction>,
  signer = entitySigner('alice'),
): Uint8Array {
  const context = transactionContext(testContext().chain.context)
  const transaction = make(Transaction, fields)
  return encode(SignedTransaction, signTransaction(signer, context, transaction))
}

/** Runs a block with some transactions in all nodes; the first one proposes it. */
export function runBlock(
  nodes: readonly TestNode[],
  transactions: readonly Uint8Array[] = [],
): readonly TxResult[] {
  const decided = propose(nodes[0]!, transactions)
  assert(decided.length === transactions.length + 1, 'the block could not be proposed')
  const results = nodes.map((node) => decide(node, decided))
  return results[0]!
}

/** Runs empty blocks up to a height. */
export function runTo(nodes: readonly TestNode[], height: bigint): void {
  while (nodes[0]!.height < height) runBlock(nodes)
}

/** Has an upgrade proposed and voted for; when this returns it is to come. */
export function decideUpgrade(nodes: readonly TestNode[], upgrade: UpgradeDescriptor): void {
  const [node] = nodes as readonly [TestNode]
  runTo(nodes, EPOCH_BLOCKS)
  const content = proposing({ upgrade })
  const calls = [
    () => ownersCall(node, 'governance.SubmitProposal', ProposalContent, content),
    () => ownersCall(node, 'governance.CastVote', CastVote, { id: 1n, vote: Vote.names.yes }),
  ]
  for (const call of calls) {
    const [result] = runBlock(nodes, [call()])
    assert(result?.code === 0, `the upgrade was not decided: ${result?.log}`)
  }
  const closesAt = epochOf(node.committed.state) + 1n
  runTo(nodes, closesAt * EPOCH_BLOCKS)
}
