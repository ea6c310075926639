import { describeStore } from '../compliance/storeSuite.ts'
import { MemoryStore } from './memoryStore.ts'

describeStore('in memory', () => new MemoryStore())
