import type { Fault } from '../core/fault.ts'
import type { Project } from '../project/project.ts'
import missingForeignKeyIndex from './schema/missing-foreign-key-index/find.ts'
import redundantIndex from './schema/redundant-index/find.ts'

/** Everything that can be wrong, sorted by id. A test holds this list against the folders. */
export const faults: Fault<Project>[] = [missingForeignKeyIndex, redundantIndex]
