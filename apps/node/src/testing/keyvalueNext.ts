/** The test runtime one version later, as a program: it also knows which version it is. */

import { encodeRust } from '@wadi/cbor/codec'
import { text } from '@wadi/cbor/scalars'
import { keyvalueRuntime } from '@wadi/paratime-keyvalue/runtime'
import { printVersion } from '@wadi/primitives/version'
import { runProgram } from '@wadi/runtime-guest/runProgram'
import { serveRuntime } from '@wadi/runtime-guest/serveRuntime'
import type { Runtime } from '@wadi/runtime-protocol/runtime'

const version = { major: 0, minor: 1, patch: 0 }

const runtime: Runtime = {
  ...keyvalueRuntime,
  version,
  query: (context, state, query) =>
    query.method === 'version'
      ? encodeRust(text, printVersion(version))
      : keyvalueRuntime.query(context, state, query),
}

await runProgram((host) => serveRuntime(runtime, host))
