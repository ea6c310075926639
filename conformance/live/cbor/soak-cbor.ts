/** Compares the two codecs on fresh inputs for `WADI_SOAK_SECONDS`, a minute unless told. */

import { jsonQuestions, questionsOf } from './inputs.ts'
import { buildProgram, differences } from './oracle.ts'
import { JSON_TYPES, TYPES } from './types.ts'

const ROUND_SIZE = 400

const program = buildProgram()
if (program.missing !== false) {
  console.log(`skipped: ${program.missing}`)
} else {
  const end = Date.now() + 1000 * Number(process.env['WADI_SOAK_SECONDS'] ?? 60)
  const first = Number(process.env['WADI_SEED'] ?? Date.now() % 1_000_000)
  let count = 0
  for (let seed = first; Date.now() < end; seed++) {
    const questions = [
      ...questionsOf(TYPES, ROUND_SIZE, seed),
      ...jsonQuestions(JSON_TYPES, ROUND_SIZE / 4, seed),
    ]
    const found = differences(program.path, questions)
    count += questions.length
    if (found.length === 0) continue
    console.log(`seed ${seed}: ${found.length} differences, the first:`)
    console.log(found[0])
    process.exitCode = 1
    break
  }
  console.log(`${count} inputs from seed ${first}, ${process.exitCode === 1 ? '' : 'none '}differ`)
}
