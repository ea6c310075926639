import { definePlainErrors } from '@wadi/base/errors'

/** Why a bundle is none. The reference gives these no codes. */
export const errors = definePlainErrors('bundle', {
  notAnArchive: 'not an archive',
  unsupported: 'an archive of a kind that no bundle is',
  tooLarge: 'too large',
  tooManyFiles: 'too many files',
  badFileName: 'a file name that is not allowed',
  duplicateFile: 'two files of one name',
  overlappingFiles: 'two files in one place',
  damagedFile: 'a file is damaged',
  manifestNotFirst: 'the first file is not the manifest',
  wrongManifest: 'another manifest than the one expected',
  wrongRuntime: 'for another runtime',
  duplicateComponent: 'two components of one name',
  twoExecutables: 'the on-chain component is there in the old form and in the new one',
  badComponent: 'a component that cannot be',
  badComponentId: 'not the name of a component',
  missingFile: 'a file is missing',
  missingDigest: 'a file without a digest',
  wrongDigest: 'a file of another digest',
  badSignature: 'the signature of an SGX enclave is wrong',
  noIdentity: 'nobody says which enclave it is to be',
})
