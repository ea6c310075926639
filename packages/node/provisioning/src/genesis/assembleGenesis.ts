/** A genesis document out of parameters and files. */

import { zero } from '@wadi/cbor/codec'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import { requireSane, type SanityTerms } from './genesisFile.ts'
import type { GenesisSettings } from './genesisSettings.ts'
import { readLedger } from './readLedger.ts'
import { type ReadingTerms, readKeymanager, readRegistry, readRoothash } from './readRegistry.ts'
import {
  beaconSection,
  consensusSection,
  governanceSection,
  schedulerSection,
} from './sectionParameters.ts'

/** What a document is put together, and then looked at, with. */
export type AssemblyTerms = ReadingTerms & SanityTerms

/** The document of a network that can begin; refused with the reason if it could not. */
export function assembleGenesis(settings: GenesisSettings, terms: AssemblyTerms): GenesisDocument {
  const { sources } = settings
  const document: GenesisDocument = {
    ...zero(GenesisDocument),
    height: settings.initialHeight,
    chainId: settings.chainId,
    genesisTime: settings.time,
    registry: readRegistry(settings.registry, sources, terms),
    roothash: readRoothash(settings.roothash, sources, terms),
    keymanager: readKeymanager(sources, terms),
    staking: readLedger(settings.staking, sources, terms.files),
    scheduler: schedulerSection(settings.scheduler),
    governance: governanceSection(settings.governance),
    beacon: beaconSection(settings.beacon),
    consensus: consensusSection(settings.consensus),
  }
  requireSane(document, 'the document that the flags and files say', terms)
  return document
}
