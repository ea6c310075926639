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
