/** The ParaTimes that come with a node, by what they are called in its configuration. */

/** All other names are those of files. */
const OWN_PARATIMES = ['keyvalue', 'accounts', 'keymanager'] as const

/** One of them. */
export type OwnParatime = (typeof OWN_PARATIMES)[number]

/** Does a name mean one of them? */
export function isOwnParatime(name: string): name is OwnParatime {
  return OWN_PARATIMES.some((own) => own === name)
}
