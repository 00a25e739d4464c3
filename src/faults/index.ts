import type { Fault } from '../core/fault.ts'
import type { Project } from '../project/project.ts'
import getChangesState from './authentication/get-changes-state/find.ts'
import jwtWithoutExpiry from './authentication/jwt-without-expiry/find.ts'
import loginTiming from './authentication/login-timing/find.ts'
import missingAuthentication from './authentication/missing-authentication/find.ts'
import reusableToken from './authentication/reusable-token/find.ts'
import secretFallback from './authentication/secret-fallback/find.ts'
import sessionCookie from './authentication/session-cookie/find.ts'
import tokenRandomness from './authentication/token-randomness/find.ts'
import unlimitedAttempts from './authentication/unlimited-attempts/find.ts'
import unsignedWebhook from './authentication/unsigned-webhook/find.ts'
import unverifiedJwt from './authentication/unverified-jwt/find.ts'
import weakPasswordHash from './authentication/weak-password-hash/find.ts'
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
import errorDetail from './response/error-detail/find.ts'
import permissiveCors from './response/permissive-cors/find.ts'
import publicEnvSecret from './response/public-env-secret/find.ts'
import secretField from './response/secret-field/find.ts'
import secretInLog from './response/secret-in-log/find.ts'
import sharedCache from './response/shared-cache/find.ts'
import wholeRelation from './response/whole-relation/find.ts'
import missingForeignKeyIndex from './schema/missing-foreign-key-index/find.ts'
import redundantIndex from './schema/redundant-index/find.ts'

/** Everything that can be wrong, sorted by id. A test holds this list against the folders. */
export const faults: Fault<Project>[] = [
  getChangesState,
  jwtWithoutExpiry,
  loginTiming,
  missingAuthentication,
  reusableToken,
  secretFallback,
  sessionCookie,
  tokenRandomness,
  unlimitedAttempts,
  unsignedWebhook,
  unverifiedJwt,
  weakPasswordHash,
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
  errorDetail,
  permissiveCors,
  publicEnvSecret,
  secretField,
  secretInLog,
  sharedCache,
  wholeRelation,
  missingForeignKeyIndex,
  redundantIndex,
]
