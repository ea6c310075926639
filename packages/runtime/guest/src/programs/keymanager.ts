/** The key manager of tests as a program: without an enclave, for any host. */

import { testTrustedSigners } from '@wadi/runtime-keymanager/policy'
import { runProgram } from '../runProgram.ts'
import { serveKeys } from '../serveKeys.ts'

const program = { version: { major: 0, minor: 0, patch: 0 }, trusted: testTrustedSigners }
await runProgram((host) => serveKeys(program, host))
