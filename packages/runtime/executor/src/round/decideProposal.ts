/** What a node does with a proposal whose turn it is. */

/** A batch, and the bounds of its descriptor. */
interface BatchView {
  /** Transactions of the proposal. */
  readonly batchSize: number
  /** Bytes of those that are here. */
  readonly sizeBytes: number
  readonly batchSizeMax: bigint
  /** Zero for as large as it likes. */
  readonly batchSizeBytesMax: bigint
}

/** What the decision depends on. */
export interface ProposalView extends BatchView {
  readonly role: { readonly isWorker: boolean; readonly isBackupWorker: boolean }
  readonly isDiscrepancy: boolean
  /** Does the proposal build upon the last block? */
  readonly isOnLastBlock: boolean
  /** How many of the transactions are not here. */
  readonly missingCount: number
}

/** What is done, and why. */
export type ProposalDecision =
  | { readonly kind: 'ignore'; readonly why: 'not-ours-to-resolve' }
  /** It can never be executed: as if it were not there. */
  | { readonly kind: 'refuse'; readonly why: 'other-block' }
  /** Commit to a failure. */
  | { readonly kind: 'fail'; readonly why: 'batch-too-large' }
  | { readonly kind: 'collect' }
  /** Wait for a discrepancy. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'execute' }

/** One who breaks the bounds of a batch is punished, whatever block it is for. */
export function decideProposal(view: ProposalView): ProposalDecision {
  const { role, isDiscrepancy } = view
  if (isDiscrepancy && !role.isBackupWorker) return { kind: 'ignore', why: 'not-ours-to-resolve' }
  if (isBatchTooLarge(view)) return { kind: 'fail', why: 'batch-too-large' }
  if (!view.isOnLastBlock) return { kind: 'refuse', why: 'other-block' }
  if (view.missingCount > 0) return { kind: 'collect' }
  // Backup workers are there for what workers do not agree on; until then they only get ready.
  if (!role.isWorker && !isDiscrepancy) return { kind: 'hold' }
  return { kind: 'execute' }
}

/** Is a batch more than its descriptor allows? */
function isBatchTooLarge({
  batchSize,
  sizeBytes,
  batchSizeMax,
  batchSizeBytesMax,
}: BatchView): boolean {
  if (BigInt(batchSize) > batchSizeMax) return true
  return batchSizeBytesMax > 0n && BigInt(sizeBytes) > batchSizeBytesMax
}
