import { defineErrors, definePlainErrors } from '@wadi/base/errors'

/** What the client of runtimes refuses, with the reference's numbers. */
export const errors = defineErrors(
  'runtime/client',
  {
    notFound: [1, 'not found'],
    internal: [2, 'internal error'],
    transactionExpired: [3, 'transaction expired'],
    notSynced: [4, 'not finished initial sync'],
    checkTxFailed: [5, 'transaction check failed'],
    noHostedRuntime: [6, 'no hosted runtime is available'],
  },
  { title: 'client' },
)

/** What the table of a node's runtimes refuses. COMPAT(oasis-core): it has no code. */
export const registryErrors = definePlainErrors('runtime/registry', {
  notFound: 'runtime not found',
})

/** What is refused about the trees of a node's runtimes, with the reference's numbers. */
export const storageWorkerErrors = defineErrors('worker/storage', {
  runtimeNotFound: [1, 'runtime not found'],
  cannotPauseCheckpointer: [2, 'pausing checkpointer only available in debug mode'],
})
