import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decideProposal, type ProposalView } from './decideProposal.ts'

/** A worker with the whole of a batch that is as large as it may be. */
const WHOLE: ProposalView = {
  role: { isWorker: true, isBackupWorker: false },
  isDiscrepancy: false,
  isOnLastBlock: true,
  batchSize: 10,
  missingCount: 0,
  sizeBytes: 100,
  batchSizeMax: 10n,
  batchSizeBytesMax: 100n,
}
const BACKUP = { isWorker: false, isBackupWorker: true }
const BOTH = { isWorker: true, isBackupWorker: true }

describe('a proposal whose turn it is', () => {
  const cases: readonly (readonly [string, Partial<ProposalView>, string])[] = [
    ['of a worker', {}, 'execute'],
    ['of a backup worker', { role: BACKUP }, 'hold'],
    ['of a node that is both', { role: BOTH }, 'execute'],
    ['disputed, of a worker', { isDiscrepancy: true }, 'ignore'],
    ['disputed, of a backup worker', { isDiscrepancy: true, role: BACKUP }, 'execute'],
    ['disputed, of a node that is both', { isDiscrepancy: true, role: BOTH }, 'execute'],
    ['with something missing', { missingCount: 1 }, 'collect'],
    ['with something missing, of a backup worker', { missingCount: 1, role: BACKUP }, 'collect'],
    ['upon another block', { isOnLastBlock: false }, 'refuse'],
    [
      'upon another block, with something missing',
      { isOnLastBlock: false, missingCount: 1 },
      'refuse',
    ],
    ['with a transaction too many', { batchSize: 11 }, 'fail'],
    ['with a byte too many', { sizeBytes: 101 }, 'fail'],
    ['of any size', { sizeBytes: 1_000_000, batchSizeBytesMax: 0n }, 'execute'],
    ['too large, with something missing', { batchSize: 11, missingCount: 11 }, 'fail'],
    ['too large, of a backup worker', { batchSize: 11, role: BACKUP }, 'fail'],
    ['too large, upon another block', { batchSize: 11, isOnLastBlock: false }, 'fail'],
    ['too large and disputed, of a worker', { batchSize: 11, isDiscrepancy: true }, 'ignore'],
  ]
  for (const [what, view, expected] of cases) {
    it(`${what}: ${expected}`, () => {
      assert.equal(decideProposal({ ...WHOLE, ...view }).kind, expected)
    })
  }
})
