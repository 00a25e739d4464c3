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
import nPlusOne from './queries/n-plus-one/find.ts'
import unboundedList from './queries/unbounded-list/find.ts'
import secretField from './response/secret-field/find.ts'
import missingForeignKeyIndex from './schema/missing-foreign-key-index/find.ts'
import redundantIndex from './schema/redundant-index/find.ts'

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
  nPlusOne,
  unboundedList,
  secretField,
  missingForeignKeyIndex,
  redundantIndex,
]
