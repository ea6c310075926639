import { definePlainErrors } from '@wadi/base/errors'

/** What can be wrong about keys, contexts and roles. The reference has no codes for these. */
export const errors = definePlainErrors('signature', {
  malformedPublicKey: 'malformed public key',
  forbiddenTwice: 'public key is forbidden twice',
  malformedContext: 'malformed context',
  noChainContext: 'chain context not set',
  noSuffix: 'dynamic context suffix not set',
  noSuffixDeclared: 'context has no dynamic suffix',
  invalidRole: 'invalid signer role',
  malformedPrivateKey: 'malformed private key',
})
