import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ErrorMaker } from '@wadi/base/errors'
import { errors as beacon } from './beacon/errors.ts'
import { errors as churp } from './churp/errors.ts'
import { errors as consensus, transactionErrors } from './consensus/errors.ts'
import { errors as governance } from './governance/errors.ts'
import { errors as keymanager } from './keymanager/errors.ts'
import { errors as registry } from './registry/errors.ts'
import { commitmentErrors, errors as roothash } from './roothash/errors.ts'
import { errors as staking, tokenErrors } from './staking/errors.ts'
import { errors as upgrade } from './upgrade/errors.ts'
import { errors as vault } from './vault/errors.ts'

/** Section 7.3 of the specification, in its own order: module, then its codes. */
const SPECIFIED: readonly (readonly [string, Readonly<Record<string, ErrorMaker>>, string])[] = [
  ['consensus', consensus, '1 2 3 4 5 6'],
  ['consensus/transaction', transactionErrors, '1 2 3 4 5'],
  ['staking', staking, '1 2 3 4 5 6 7 8 9 10 11'],
  ['staking/token', tokenErrors, '1'],
  ['registry', registry, '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19'],
  ['beacon', beacon, '1 2'],
  ['governance', governance, '1 2 3 4 5 6 7'],
  ['vault', vault, '1 2 3 4 5 6 7'],
  ['roothash', roothash, '1 2 3 4 5 6 7 8 9 10 11 12 13'],
  ['roothash/commitment', commitmentErrors, '1 2 3 4 5 6 7 8 9 10 11 13 15 16 17 18'],
  ['keymanager', keymanager, '1 2 3 4'],
  ['keymanager/churp', churp, '1'],
  ['upgrade', upgrade, '1 5 6 7 8'],
]

describe('error codes', () => {
  for (const [module, makers, codes] of SPECIFIED) {
    it(`of ${module} are those of the reference`, () => {
      const made = Object.values(makers).map((make) => make())
      assert.deepEqual(new Set(made.map((error) => error.module)), new Set([module]))
      assert.equal(made.map(({ code }) => code).join(' '), codes)
    })
  }
})

/** What no transaction fails with; the definitions say where the reference uses it, if at all. */
const NOT_THROWN: Readonly<Record<string, ErrorMaker>> = {
  'consensus/4': consensus.unsupported,
  'consensus/5': consensus.duplicateTx,
  'consensus/transaction/5': transactionErrors.methodNotSupported,
  'staking/2': staking.invalidSignature,
  'staking/token/1': tokenErrors.invalidValueExponent,
  'registry/4': registry.badEntityForRuntime,
  'registry/6': registry.badEnclaveIdentity,
  'registry/7': registry.badCapabilitiesTeeHardware,
  'roothash/2': roothash.notFound,
  'roothash/commitment/2': commitmentErrors.noCommittee,
  'roothash/commitment/3': commitmentErrors.invalidCommitteeKind,
  'roothash/commitment/8': commitmentErrors.discrepancyDetected,
  'roothash/commitment/9': commitmentErrors.stillWaiting,
  'roothash/commitment/10': commitmentErrors.insufficientVotes,
  'roothash/commitment/15': commitmentErrors.timeoutNotCorrectRound,
  'roothash/commitment/16': commitmentErrors.invalidRound,
  'roothash/commitment/17': commitmentErrors.noSchedulerCommitment,
  'roothash/commitment/18': commitmentErrors.badSchedulerCommitment,
  'upgrade/1': upgrade.stopForUpgrade,
  'upgrade/7': upgrade.upgradeNotFound,
  'upgrade/8': upgrade.badDescriptor,
}

describe('error codes that no transaction fails with', () => {
  for (const [pair, make] of Object.entries(NOT_THROWN))
    it(`COMPAT: have their number all the same: ${pair}`, () => {
      const { module, code } = make()
      assert.equal(`${module}/${code}`, pair)
    })
})
