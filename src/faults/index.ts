import type { Fault } from '../core/fault.ts'
import type { Project } from '../project/project.ts'
import missingAuthentication from './authentication/missing-authentication/find.ts'
import unverifiedJwt from './authentication/unverified-jwt/find.ts'
import droppedFilter from './authorization/dropped-filter/find.ts'
import externalResource from './authorization/external-resource/find.ts'
import invertedCheck from './authorization/inverted-check/find.ts'
import negatedComparison from './authorization/negated-comparison/find.ts'
import optionalCheck from './authorization/optional-check/find.ts'
import roleFromClient from './authorization/role-from-client/find.ts'
import unawaitedGuard from './authorization/unawaited-guard/find.ts'
import uncheckedReference from './authorization/unchecked-reference/find.ts'
import unscopedAccess from './authorization/unscoped-access/find.ts'
import weakerGuard from './authorization/weaker-guard/find.ts'
import massAssignment from './input/mass-assignment/find.ts'
import rawSql from './input/raw-sql/find.ts'
import hugeIn from './queries/huge-in/find.ts'
import inMemoryDistinct from './queries/in-memory-distinct/find.ts'
import loopWrites from './queries/loop-writes/find.ts'
import nPlusOne from './queries/n-plus-one/find.ts'
import offsetPagination from './queries/offset-pagination/find.ts'
import overFetch from './queries/over-fetch/find.ts'
import relationCount from './queries/relation-count/find.ts'
import searchWithoutIndex from './queries/search-without-index/find.ts'
import sequentialAwaits from './queries/sequential-awaits/find.ts'
import unbatchedDelete from './queries/unbatched-delete/find.ts'
import unboundedConcurrency from './queries/unbounded-concurrency/find.ts'
import unboundedList from './queries/unbounded-list/find.ts'
import secretField from './response/secret-field/find.ts'
import missingCompositeIndex from './schema/missing-composite-index/find.ts'
import missingForeignKeyIndex from './schema/missing-foreign-key-index/find.ts'
import redundantIndex from './schema/redundant-index/find.ts'
import checkThenAct from './transactions/check-then-act/find.ts'
import checkThenCreate from './transactions/check-then-create/find.ts'
import lostUpdate from './transactions/lost-update/find.ts'
import outerClient from './transactions/outer-client/find.ts'
import partialWrite from './transactions/partial-write/find.ts'
import serializableWithoutRetry from './transactions/serializable-without-retry/find.ts'
import slowWork from './transactions/slow-work/find.ts'
import unhandledReplay from './transactions/unhandled-replay/find.ts'

/** Everything that can be wrong, sorted by id. A test holds this list against the folders. */
export const faults: Fault<Project>[] = [
  missingAuthentication,
  unverifiedJwt,
  droppedFilter,
  externalResource,
  invertedCheck,
  negatedComparison,
  optionalCheck,
  roleFromClient,
  unawaitedGuard,
  uncheckedReference,
  unscopedAccess,
  weakerGuard,
  massAssignment,
  rawSql,
  hugeIn,
  inMemoryDistinct,
  loopWrites,
  nPlusOne,
  offsetPagination,
  overFetch,
  relationCount,
  searchWithoutIndex,
  sequentialAwaits,
  unbatchedDelete,
  unboundedConcurrency,
  unboundedList,
  secretField,
  missingCompositeIndex,
  missingForeignKeyIndex,
  redundantIndex,
  checkThenAct,
  checkThenCreate,
  lostUpdate,
  outerClient,
  partialWrite,
  serializableWithoutRetry,
  slowWork,
  unhandledReplay,
]
