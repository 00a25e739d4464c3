import type { Fault } from '../core/fault.ts'
import type { Project } from '../project/project.ts'
import jwtWithoutExpiry from './authentication/jwt-without-expiry/find.ts'
import loginTiming from './authentication/login-timing/find.ts'
import missingAuthentication from './authentication/missing-authentication/find.ts'
import secretFallback from './authentication/secret-fallback/find.ts'
import sessionCookie from './authentication/session-cookie/find.ts'
import tokenRandomness from './authentication/token-randomness/find.ts'
import unverifiedJwt from './authentication/unverified-jwt/find.ts'
import weakPasswordHash from './authentication/weak-password-hash/find.ts'
import unawaitedGuard from './authorization/unawaited-guard/find.ts'
import unscopedAccess from './authorization/unscoped-access/find.ts'
import massAssignment from './input/mass-assignment/find.ts'
import rawSql from './input/raw-sql/find.ts'
import nPlusOne from './queries/n-plus-one/find.ts'
import unboundedList from './queries/unbounded-list/find.ts'
import errorDetail from './response/error-detail/find.ts'
import secretField from './response/secret-field/find.ts'
import missingForeignKeyIndex from './schema/missing-foreign-key-index/find.ts'
import redundantIndex from './schema/redundant-index/find.ts'

/** Everything that can be wrong, sorted by id. A test holds this list against the folders. */
export const faults: Fault<Project>[] = [
  jwtWithoutExpiry,
  loginTiming,
  missingAuthentication,
  secretFallback,
  sessionCookie,
  tokenRandomness,
  unverifiedJwt,
  weakPasswordHash,
  unawaitedGuard,
  unscopedAccess,
  massAssignment,
  rawSql,
  nPlusOne,
  unboundedList,
  errorDetail,
  secretField,
  missingForeignKeyIndex,
  redundantIndex,
]
