/** Everything that can go wrong, by the names that the histogram counts. */

/** What a byzantine validator does. */
export const BYZANTINE_KINDS = [
  'equivocate-prevote',
  'equivocate-precommit',
  'equivocate-proposal',
  'withhold',
  'garbage-proposal',
  'lie-in-sync',
  'forge-evidence',
  'replay',
  'collude',
] as const
export type ByzantineKind = (typeof BYZANTINE_KINDS)[number]

/** What happens on the way between nodes. */
export const WEATHER_CLASSES = ['delays', 'loss', 'duplication', 'reordering'] as const
export type WeatherClass = (typeof WEATHER_CLASSES)[number]

/** How a process ends. */
export const CRASH_CLASSES = [
  'crash',
  'crash-at-write',
  'torn-write',
  'lost-write',
  'full-disk',
] as const
export type CrashClass = (typeof CRASH_CLASSES)[number]

/** What befalls machines and the ways between them, whatever runs there. */
export const MACHINE_CLASSES = [
  ...WEATHER_CLASSES,
  'partition',
  'one-way-partition',
  'clock-skew',
  'clock-jump',
  ...CRASH_CLASSES,
  'slow-node',
] as const

export const FAULT_CLASSES = [...MACHINE_CLASSES, ...BYZANTINE_KINDS, 'beyond-limit'] as const
export type FaultClass = (typeof FAULT_CLASSES)[number]
