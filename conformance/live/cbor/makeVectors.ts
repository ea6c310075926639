/** Writes the Go program's answers about {@link CASES} to the vectors of the codec. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Question } from '@wadi/cbor/compliance/answer'
import { CASES, type Case } from './cases.ts'
import { buildProgram, goAnswers } from './oracle.ts'

const TARGET = join(import.meta.dirname, '../../../packages/common/cbor/vectors/go.json')

function questionOf([, type, input]: Case): Question {
  const [mode, name] = type.split(' ') as [Question['mode'], string | undefined]
  return name === undefined ? { mode: 'untrusted', type, input } : { mode, type: name, input }
}

const questions = CASES.map(questionOf)
const answers = goAnswers(buildProgram().path, questions)
const cases = questions.map((question, i) => {
  const answer = answers[i]!
  const accepted = !answer.startsWith('!')
  return { name: CASES[i]![0], ...question, accepted, ...(accepted ? { output: answer } : {}) }
})
const source =
  'What github.com/oasisprotocol/oasis-core/go v0.2601.0, package common/cbor, does with each input, made by conformance/live/cbor/makeVectors.ts'
const lines = cases.map((item) => `    ${JSON.stringify(item)}`).join(',\n')
writeFileSync(TARGET, `{\n  "source": ${JSON.stringify(source)},\n  "cases": [\n${lines}\n  ]\n}\n`)
console.log(`${cases.length} cases`)
