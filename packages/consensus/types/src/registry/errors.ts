import { defineErrors } from '@wadi/base/errors'

/** What the registry refuses, with the reference's numbers. */
export const errors = defineErrors('registry', {
  invalidArgument: [1, 'invalid argument'],
  invalidSignature: [2, 'invalid signature'],
  badEntityForNode: [3, 'the node names an unknown entity'],
  badEntityForRuntime: [4, 'the runtime names an unknown entity'],
  noEnclaveForRuntime: [5, 'a TEE runtime needs an enclave'],
  badEnclaveIdentity: [6, 'bad enclave identity'],
  badCapabilitiesTeeHardware: [7, 'bad TEE hardware among the capabilities'],
  teeHardwareMismatch: [8, 'TEE hardware differs from what the runtime asks for'],
  noSuchEntity: [9, 'no such entity'],
  noSuchNode: [10, 'no such node'],
  noSuchRuntime: [11, 'no such runtime'],
  incorrectTxSigner: [12, 'the transaction has the wrong signer'],
  nodeExpired: [13, 'the node is expired'],
  nodeCannotBeUnfrozen: [14, 'the node cannot be unfrozen yet'],
  entityHasNodes: [15, 'the entity still has nodes'],
  forbidden: [16, 'forbidden by policy'],
  nodeUpdateNotAllowed: [17, 'this update of a node is not allowed'],
  runtimeUpdateNotAllowed: [18, 'this update of a runtime is not allowed'],
  entityHasRuntimes: [19, 'the entity still has runtimes'],
})
