/** The ParaTime of accounts with people in it, as a program. */

import { runtimeOf } from '@wadi/paratime-sdk/runtime'
import { runProgram } from '@wadi/runtime-guest/runProgram'
import { serveRuntime } from '@wadi/runtime-guest/serveRuntime'
import { createPayers, fundedParatime } from './fundedAccounts.ts'

await runProgram((host) => serveRuntime(runtimeOf(fundedParatime(createPayers())), host))
