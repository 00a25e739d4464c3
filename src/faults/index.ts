import type { Fault } from '../core/fault.ts'
import type { Project } from '../project/project.ts'
import bigintInJson from './api/bigint-in-json/find.ts'
import caughtRedirect from './api/caught-redirect/find.ts'
import clientNotKept from './api/client-not-kept/find.ts'
import clientPerRequest from './api/client-per-request/find.ts'
import databaseOnEdge from './api/database-on-edge/find.ts'
import decimalFromAction from './api/decimal-from-action/find.ts'
import effectInRender from './api/effect-in-render/find.ts'
import errorShape from './api/error-shape/find.ts'
import successOnFailure from './api/success-on-failure/find.ts'
import swallowedWrite from './api/swallowed-write/find.ts'
import unansweredDuplicate from './api/unanswered-duplicate/find.ts'
import unansweredInvalidInput from './api/unanswered-invalid-input/find.ts'
import unansweredMissingRow from './api/unanswered-missing-row/find.ts'
import unawaitedRequestApi from './api/unawaited-request-api/find.ts'
import unawaitedWrite from './api/unawaited-write/find.ts'
import accountLinking from './authentication/account-linking/find.ts'
import getChangesState from './authentication/get-changes-state/find.ts'
import jwtWithoutExpiry from './authentication/jwt-without-expiry/find.ts'
import loginTiming from './authentication/login-timing/find.ts'
import missingAuthentication from './authentication/missing-authentication/find.ts'
import openCostlyCall from './authentication/open-costly-call/find.ts'
import optionalToken from './authentication/optional-token/find.ts'
import reusableToken from './authentication/reusable-token/find.ts'
import secretFallback from './authentication/secret-fallback/find.ts'
import sessionCookie from './authentication/session-cookie/find.ts'
import timingComparison from './authentication/timing-comparison/find.ts'
import tokenRandomness from './authentication/token-randomness/find.ts'
import trustedSessionUpdate from './authentication/trusted-session-update/find.ts'
import unlimitedAttempts from './authentication/unlimited-attempts/find.ts'
import unsetSecret from './authentication/unset-secret/find.ts'
import unsignedWebhook from './authentication/unsigned-webhook/find.ts'
import unstoppedRefusal from './authentication/unstopped-refusal/find.ts'
import unverifiedJwt from './authentication/unverified-jwt/find.ts'
import weakPasswordHash from './authentication/weak-password-hash/find.ts'
import droppedFilter from './authorization/dropped-filter/find.ts'
import externalResource from './authorization/external-resource/find.ts'
import ignoredVisibility from './authorization/ignored-visibility/find.ts'
import invertedCheck from './authorization/inverted-check/find.ts'
import negatedComparison from './authorization/negated-comparison/find.ts'
import optionalCheck from './authorization/optional-check/find.ts'
import roleFromClient from './authorization/role-from-client/find.ts'
import selfPromotion from './authorization/self-promotion/find.ts'
import targetRole from './authorization/target-role/find.ts'
import unawaitedGuard from './authorization/unawaited-guard/find.ts'
import uncheckedReference from './authorization/unchecked-reference/find.ts'
import unscopedAccess from './authorization/unscoped-access/find.ts'
import weakerGuard from './authorization/weaker-guard/find.ts'
import callerDecidesCheck from './input/caller-decides-check/find.ts'
import codeEvaluation from './input/code-evaluation/find.ts'
import commandInjection from './input/command-injection/find.ts'
import massAssignment from './input/mass-assignment/find.ts'
import openRedirect from './input/open-redirect/find.ts'
import pathTraversal from './input/path-traversal/find.ts'
import rawSql from './input/raw-sql/find.ts'
import regexFromInput from './input/regex-from-input/find.ts'
import serverSideRequest from './input/server-side-request/find.ts'
import countedInMemory from './queries/counted-in-memory/find.ts'
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
import decryptedSecret from './response/decrypted-secret/find.ts'
import errorDetail from './response/error-detail/find.ts'
import peopleListed from './response/people-listed/find.ts'
import permissiveCors from './response/permissive-cors/find.ts'
import personShown from './response/person-shown/find.ts'
import publicEnvSecret from './response/public-env-secret/find.ts'
import secretField from './response/secret-field/find.ts'
import secretInLog from './response/secret-in-log/find.ts'
import sharedCache from './response/shared-cache/find.ts'
import wholeRelation from './response/whole-relation/find.ts'
import blockedDelete from './schema/blocked-delete/find.ts'
import cascadeToRecords from './schema/cascade-to-records/find.ts'
import emailCase from './schema/email-case/find.ts'
import floatMoney from './schema/float-money/find.ts'
import jsonFilterWithoutIndex from './schema/json-filter-without-index/find.ts'
import keyWithoutRelation from './schema/key-without-relation/find.ts'
import missingCompositeIndex from './schema/missing-composite-index/find.ts'
import missingForeignKeyIndex from './schema/missing-foreign-key-index/find.ts'
import missingUnique from './schema/missing-unique/find.ts'
import mixedTimeZones from './schema/mixed-time-zones/find.ts'
import nullableUnique from './schema/nullable-unique/find.ts'
import redundantIndex from './schema/redundant-index/find.ts'
import sequentialIdExposed from './schema/sequential-id-exposed/find.ts'
import softDeleteIgnored from './schema/soft-delete-ignored/find.ts'
import statusAsText from './schema/status-as-text/find.ts'
import unusedModel from './schema/unused-model/find.ts'
import checkThenAct from './transactions/check-then-act/find.ts'
import checkThenCreate from './transactions/check-then-create/find.ts'
import heldOpen from './transactions/held-open/find.ts'
import lostUpdate from './transactions/lost-update/find.ts'
import outerClient from './transactions/outer-client/find.ts'
import partialWrite from './transactions/partial-write/find.ts'
import serializableWithoutRetry from './transactions/serializable-without-retry/find.ts'
import slowWork from './transactions/slow-work/find.ts'
import unhandledReplay from './transactions/unhandled-replay/find.ts'
import anyInQuery from './types/any-in-query/find.ts'
import assertedRow from './types/asserted-row/find.ts'
import castColumn from './types/cast-column/find.ts'
import castOverInput from './types/cast-over-input/find.ts'
import silencedQuery from './types/silenced-query/find.ts'

/** Everything that can be wrong, sorted by id. A test holds this list against the folders. */
export const faults: Fault<Project>[] = [
  bigintInJson,
  caughtRedirect,
  clientNotKept,
  clientPerRequest,
  databaseOnEdge,
  decimalFromAction,
  effectInRender,
  errorShape,
  successOnFailure,
  swallowedWrite,
  unansweredDuplicate,
  unansweredInvalidInput,
  unansweredMissingRow,
  unawaitedRequestApi,
  unawaitedWrite,
  accountLinking,
  getChangesState,
  jwtWithoutExpiry,
  loginTiming,
  missingAuthentication,
  openCostlyCall,
  optionalToken,
  reusableToken,
  secretFallback,
  sessionCookie,
  timingComparison,
  tokenRandomness,
  trustedSessionUpdate,
  unlimitedAttempts,
  unsetSecret,
  unsignedWebhook,
  unstoppedRefusal,
  unverifiedJwt,
  weakPasswordHash,
  droppedFilter,
  externalResource,
  ignoredVisibility,
  invertedCheck,
  negatedComparison,
  optionalCheck,
  roleFromClient,
  selfPromotion,
  targetRole,
  unawaitedGuard,
  uncheckedReference,
  unscopedAccess,
  weakerGuard,
  callerDecidesCheck,
  codeEvaluation,
  commandInjection,
  massAssignment,
  openRedirect,
  pathTraversal,
  rawSql,
  regexFromInput,
  serverSideRequest,
  countedInMemory,
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
  decryptedSecret,
  errorDetail,
  peopleListed,
  permissiveCors,
  personShown,
  publicEnvSecret,
  secretField,
  secretInLog,
  sharedCache,
  wholeRelation,
  blockedDelete,
  cascadeToRecords,
  emailCase,
  floatMoney,
  jsonFilterWithoutIndex,
  keyWithoutRelation,
  missingCompositeIndex,
  missingForeignKeyIndex,
  missingUnique,
  mixedTimeZones,
  nullableUnique,
  redundantIndex,
  sequentialIdExposed,
  softDeleteIgnored,
  statusAsText,
  unusedModel,
  checkThenAct,
  checkThenCreate,
  heldOpen,
  lostUpdate,
  outerClient,
  partialWrite,
  serializableWithoutRetry,
  slowWork,
  unhandledReplay,
  anyInQuery,
  assertedRow,
  castColumn,
  castOverInput,
  silencedQuery,
]
