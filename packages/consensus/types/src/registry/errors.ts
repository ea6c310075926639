import { defineErrors } from '@wadi/base/errors'

/** What the registry refuses, with the reference's numbers. */
export const errors = defineErrors('registry', {
  invalidArgument: [1, 'invalid argument'],
  invalidSignature: [2, 'invalid signature'],
  badEntityForNode: [3, 'unknown entity in node registration'],
  // COMPAT(oasis-core): defined and never thrown; an unknown owner is noSuchEntity.
  badEntityForRuntime: [4, 'unknown entity in runtime registration'],
  noEnclaveForRuntime: [5, 'no enclaves for TEE runtime registration'],
  // COMPAT(oasis-core): 6 and 7 are defined and never thrown; bad evidence is a plain error.
  badEnclaveIdentity: [6, 'bad enclave id'],
  badCapabilitiesTeeHardware: [7, 'bad capabilities.TEE.Hardware'],
  teeHardwareMismatch: [8, 'runtime TEE.Hardware mismatches the one in registry'],
  noSuchEntity: [9, 'no such entity'],
  noSuchNode: [10, 'no such node'],
  noSuchRuntime: [11, 'no such runtime'],
  incorrectTxSigner: [12, 'incorrect tx signer'],
  nodeExpired: [13, 'node expired'],
  nodeCannotBeUnfrozen: [14, 'node cannot be unfrozen yet'],
  entityHasNodes: [15, 'entity still has nodes'],
  forbidden: [16, 'forbidden by policy'],
  nodeUpdateNotAllowed: [17, 'node update not allowed'],
  runtimeUpdateNotAllowed: [18, 'runtime update not allowed'],
  entityHasRuntimes: [19, 'entity still has runtimes'],
})
