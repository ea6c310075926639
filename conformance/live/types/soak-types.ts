/** Compares the types on fresh inputs for `WADI_SOAK_SECONDS`, a minute unless told. */

import { sample } from '@wadi/cbor/arbitrary'
import { buildProgram } from '../cbor/oracle.ts'
import { comparedTypes, damagedCases, differences, valueCases } from './comparison.ts'
import { damagedJsonCases } from './damagedJson.ts'
import { oddCases } from './oddCases.ts'

const ROUND_SIZE = 8

const program = buildProgram(import.meta.dirname)
if (program.missing !== false) {
  console.log(`skipped: ${program.missing}`)
} else {
  const end = Date.now() + 1000 * Number(process.env['WADI_SOAK_SECONDS'] ?? 60)
  const first = Number(process.env['WADI_SEED'] ?? Date.now() % 1_000_000)
  const types = comparedTypes(program.path)
  let count = 0
  for (let seed = first; Date.now() < end; seed++) {
    const cases = types.flatMap((type) => {
      const values = sample(type[1], ROUND_SIZE, seed)
      return [
        ...valueCases(type, values),
        ...damagedCases(type, values, seed),
        ...damagedJsonCases(type, values, seed),
        ...oddCases(type, values.slice(0, 1)),
      ]
    })
    const found = differences(program.path, cases)
    count += cases.length
    if (found.length === 0) continue
    console.log(`seed ${seed}: ${found.length} differences, the first:`)
    console.log(found[0])
    process.exitCode = 1
    break
  }
  console.log(`${count} inputs from seed ${first}, ${process.exitCode === 1 ? '' : 'none '}differ`)
}
