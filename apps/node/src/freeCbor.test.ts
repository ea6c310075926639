import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import type { FreeTable } from '@wadi/node-config/config-kinds'
import { encodeFree } from './freeCbor.ts'

describe('what an operator says to a runtime', () => {
  it('is encoded value by value, in the canonical order', () => {
    const table: FreeTable = new Map<string, FreeTable | number | string | boolean>([
      ['small', 1],
      ['half', 1.5],
      ['yes', true],
      [
        'more',
        new Map<string, readonly bigint[] | undefined>([
          ['bb', [-1n]],
          ['a', undefined],
        ]),
      ],
    ])
    const encoded = Array.from(encodeFree(table), ([key, bytes]) => [key, toHex(bytes)])
    assert.deepEqual(encoded, [
      ['small', '01'],
      // The shortest float that is the same.
      ['half', 'f93e00'],
      ['yes', 'f5'],
      ['more', 'a26161f66262628120'],
    ])
  })
})
