/**
 * `npm run -s api -- <chain folder> <api file>`: puts a recorded chain into an archive of ours,
 * sends it the recorded calls over its socket, and compares the answers. Ends with
 * `<n> calls, <n> identical`; the exit code is 1 if any answer differs.
 */

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isTold } from '@wadi/base/errors'
import { areSame, type CallOutcome, ownOutcome, recordedOutcome } from './api/compareCalls.ts'
import { serveArchive } from './api/servedArchive.ts'
import { readNdjsonFile } from './ndjson.ts'
import type { RecordedCall, RecordedRound } from './records.ts'
import { damagedRecording, openRecording } from './replay/recording.ts'

const EXIT_BAD = 1
const EXIT_USAGE = 2
const EXIT_RECORDING = 3
const SHOWN_BYTES_MAX = 400

const USAGE = `usage: npm run -s api -- <chain folder> <api file>
  <chain folder>    has genesis.json and blocks.ndjson.gz, and rounds.ndjson.gz if it had a runtime
  <api file>        recorded calls about that chain, as .ndjson.gz
exit code: 0 all answers are identical, 1 one differs, 2 the command is wrong, 3 the recording
cannot be read
`

/** npm runs scripts in the repository; a path means what it meant where npm was called. */
function find(name: string): string {
  const places = [process.env['INIT_CWD'] ?? '.', '.'].map((place) => resolve(place, name))
  return places.find(existsSync) ?? name
}

function print({ answer, status, message, details }: CallOutcome): string {
  const whole = answer ?? `status ${status} "${message}" ${details ?? ''}`
  return whole.length > SHOWN_BYTES_MAX ? `${whole.slice(0, SHOWN_BYTES_MAX)}…` : whole
}

/** All calls of a file, read before any is sent. */
function readCalls(file: string): readonly RecordedCall[] {
  try {
    return [...readNdjsonFile<RecordedCall>(file)]
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const what = `${file} has no recorded calls (${why})`
    throw damagedRecording(what, 'copy the file again from where it was recorded', error)
  }
}

/** The rounds of the chain's runtime, if it had one. */
function readRounds(folder: string): Iterable<RecordedRound> {
  const file = join(folder, 'rounds.ndjson.gz')
  return existsSync(file) ? readNdjsonFile<RecordedRound>(file) : []
}

async function compare(folder: string, file: string): Promise<boolean> {
  const say = (text: string) => process.stdout.write(text)
  const recorded = readCalls(file)
  const archive = await serveArchive(openRecording(folder), readRounds(folder))
  let [calls, identical] = [0, 0]
  try {
    for (const call of recorded) {
      calls++
      const [theirs, ours] = [recordedOutcome(call), await ownOutcome(archive.ask, call)]
      if (areSame(theirs, ours)) identical++
      else {
        const asked = Buffer.from(call.request ?? '', 'base64').toString('hex')
        say(`${call.method} ${asked}\n  recorded ${print(theirs)}\n  ours     ${print(ours)}\n`)
      }
    }
  } finally {
    await archive.close()
  }
  say(`${calls} calls, ${identical} identical\n`)
  return calls > 0 && calls === identical
}

async function main(): Promise<number> {
  const refuse = (sentence: string, code: number): number => {
    process.stderr.write(`api: ${sentence.trimEnd()}\n`)
    return code
  }
  const [folder, file, ...rest] = process.argv.slice(2)
  if (folder === undefined || file === undefined || rest.length > 0)
    return refuse(`a folder and a file are wanted\n${USAGE}`, EXIT_USAGE)
  if (!existsSync(find(file))) return refuse(`there is no file ${file}\n${USAGE}`, EXIT_USAGE)
  try {
    return (await compare(find(folder), find(file))) ? 0 : EXIT_BAD
  } catch (error) {
    const isOurs = !isTold(error)
    if (isOurs) throw error
    return refuse(error.message, EXIT_RECORDING)
  }
}

process.exitCode = await main()
