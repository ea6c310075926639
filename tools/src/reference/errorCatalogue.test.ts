import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createHouse } from '../tidy/house.ts'
import { formatErrorsPage, readCatalogues } from './errorCatalogue.ts'

const manifest = JSON.stringify({ name: '@wadi/a', wadi: { layer: 0, world: 'rules' } })
const source = `
export const errors = defineErrors('staking', {
  invalidArgument: [1, 'invalid argument'],
  // balanceTooLow: [10, 'not this one'],
  forbidden: [5, "the caller's \\"policy\\""],
})
export const plain = definePlainErrors('bytes', { badHex: 'not hexadecimal' })
function defineErrors(module, catalogue) {}
`
const house = createHouse(
  new Map([
    ['a/package.json', manifest],
    ['a/errors.ts', source],
  ]),
)

describe('readCatalogues', () => {
  it('finds names, codes and sentences', () => {
    const path = 'a/errors.ts'
    assert.deepEqual(readCatalogues(house), [
      {
        module: 'bytes',
        path,
        isPlain: true,
        errors: [{ name: 'badHex', sentence: 'not hexadecimal', code: undefined }],
      },
      {
        module: 'staking',
        path,
        isPlain: false,
        errors: [
          { name: 'invalidArgument', sentence: 'invalid argument', code: 1 },
          { name: 'forbidden', sentence: 'the caller\'s "policy"', code: 5 },
        ],
      },
    ])
  })
})

describe('formatErrorsPage', () => {
  it('lists coded errors apart from plain ones', () => {
    const page = formatErrorsPage(readCatalogues(house))
    assert.match(
      page,
      /module and code[\s\S]*\| 1 \| `invalidArgument`[\s\S]*unknown\/1[\s\S]*badHex/,
    )
  })
})
