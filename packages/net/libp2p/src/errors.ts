/** What goes wrong in the network of the runtimes. */

import { defineErrors, definePlainErrors } from '@wadi/base/errors'

/** The reference's errors of requests. */
export const rpcErrors = defineErrors(
  'p2p/rpc',
  {
    methodNotSupported: [1, 'method not supported'],
    badRequest: [2, 'bad request'],
  },
  { title: 'rpc' },
)

/** The reference's errors of seeds. */
export const seedErrors = defineErrors(
  'p2p/discovery/bootstrap',
  {
    methodNotSupported: [1, 'method not supported'],
    badRequest: [2, 'bad request'],
  },
  { title: 'bootstrap' },
)

/** Of ours. */
export const errors = definePlainErrors('libp2p', {
  unknownTopic: 'nobody listens to the topic',
  frameTooLong: 'frame is too long',
  frameCutOff: 'stream ended within a frame',
  badResponse: 'response is neither a result nor an error',
  tooManyRequests: 'too many requests at once',
  tooManyPeers: 'too many peers',
  tooManyNamespacePeers: 'too many peers registered for the namespace',
  tooManyNamespaces: 'peer registered too many namespaces',
  noAddress: 'nobody can listen at any of the addresses',
  wrongHeight: 'answer is about another height',
  badNamespace: 'namespace is too long',
})
