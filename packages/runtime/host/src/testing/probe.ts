/** The program that looks around, as tests start it. */

import { fileURLToPath } from 'node:url'
import { parseUtf8 } from '@wadi/base/bytes'
import type { Launcher } from '../launcher.ts'
import { HostedProgram } from '../supervision/hostedProgram.ts'
import { keyvalueState, queryRequest } from './keyvalueCalls.ts'
import { testHost, testWorld } from './testWorld.ts'

/** The probe as a module. */
export const PROBE_URL = new URL('./probeProgram.ts', import.meta.url)
/** The probe as a file. */
export const PROBE_PATH: string = fileURLToPath(PROBE_URL)
/** A busy machine takes its time to load a program. */
export const START_MS = 60_000

const state = keyvalueState()

/** A probe that runs, and what it answers. */
export class HostedProbe {
  readonly hosted: HostedProgram
  readonly world = testWorld()

  constructor(launcher: Launcher) {
    this.hosted = new HostedProgram({
      host: testHost,
      version: { major: 0, minor: 0, patch: 0 },
      checksVersion: 'yes',
      launcher,
      serve: () => ({ kind: 'Error', body: { module: 'unknown', code: 1, message: 'no' } }),
      world: this.world,
    })
    this.hosted.start()
  }

  async ask(method: string, argument = '', deadlineMs = START_MS): Promise<string> {
    const request = queryRequest(state, method, argument)
    return parseUtf8((await this.hosted.call(request, { deadlineMs })).body.data)
  }
}
