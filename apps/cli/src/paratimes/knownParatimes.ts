/** ParaTimes that have names. A network itself knows nothing but their identifiers. */

const MAINNET = 'bb3d748def55bdfb797a2ac53ee6ee141e54cd2ab2dc2375f4a0703a178e6e55'
const TESTNET = '0b91b8e4e44b2003a7c5e23ddadb5e14ef5345c0ebcb3ddcae07fa2f244cab76'

/** Of the public ones all but the last bytes are zero. */
const publicId = (end: string) => end.padStart(64, '0')

const KNOWN: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  [
    MAINNET,
    new Map([
      ['cipher', publicId('e199119c992377cb')],
      ['emerald', publicId('e2eaa99fc008f87f')],
      ['sapphire', publicId('f80306c9858e7279')],
    ]),
  ],
  [
    TESTNET,
    new Map([
      ['cipher', publicId('')],
      ['emerald', publicId('72c8215e60d5bca7')],
      ['pontusx_dev', publicId('4febe52eb412b421')],
      ['pontusx_test', publicId('04a6f9071c007069')],
      ['sapphire', publicId('a6d1e3ebf60dff6c')],
    ]),
  ],
])

/** Identifiers in hexadecimal, by name. */
export function knownParatimes(chainContext: string): ReadonlyMap<string, string> {
  return KNOWN.get(chainContext) ?? new Map()
}
