import type { Cause } from './cause.ts'
import { adapterMissing } from './client/adapter-missing.ts'
import { edgeRuntime } from './client/edge-runtime.ts'
import { generatedBeforeCopy } from './client/generated-before-copy.ts'
import { importedFromElsewhere } from './client/imported-from-elsewhere.ts'
import { inTheBrowser } from './client/in-the-browser.ts'
import { noSuchDelegate } from './client/no-such-delegate.ts'
import { notGenerated } from './client/not-generated.ts'
import { relationWithoutOpposite } from './client/relation-without-opposite.ts'
import { stale } from './client/stale.ts'
import { unknownType } from './client/unknown-type.ts'
import { urlInSchema } from './client/url-in-schema.ts'
import { certificateUnknown } from './connections/certificate-unknown.ts'
import { clientPerReload } from './connections/client-per-reload.ts'
import { clientPerRequest } from './connections/client-per-request.ts'
import { configurationWithoutDotenv } from './connections/configuration-without-dotenv.ts'
import { databaseDuringBuild } from './connections/database-during-build.ts'
import { databaseMissing } from './connections/database-missing.ts'
import { endedByServer } from './connections/ended-by-server.ts'
import { environmentNotLoaded } from './connections/environment-not-loaded.ts'
import { fanOut } from './connections/fan-out.ts'
import { globalClientInTransaction } from './connections/global-client-in-transaction.ts'
import { hostOfTheNetwork } from './connections/host-of-the-network.ts'
import { localhostInContainer } from './connections/localhost-in-container.ts'
import { lockTimeout } from './connections/lock-timeout.ts'
import { noRights } from './connections/no-rights.ts'
import { passwordNotEncoded } from './connections/password-not-encoded.ts'
import { passwordOfOldVolume } from './connections/password-of-old-volume.ts'
import { poolOfOne } from './connections/pool-of-one.ts'
import { poolOverLimit } from './connections/pool-over-limit.ts'
import { portNotPublished } from './connections/port-not-published.ts'
import { serverNotRunning } from './connections/server-not-running.ts'
import { serverWithoutTls } from './connections/server-without-tls.ts'
import { statementTimeout } from './connections/statement-timeout.ts'
import { twoEnvironmentFiles } from './connections/two-environment-files.ts'
import { variableNowhere } from './connections/variable-nowhere.ts'
import { variableOfAnotherName } from './connections/variable-of-another-name.ts'
import { checkThenCreate } from './constraints/check-then-create.ts'
import { checkViolated } from './constraints/check-violated.ts'
import { childrenRemain } from './constraints/children-remain.ts'
import { defaultDropped } from './constraints/default-dropped.ts'
import { duplicateNotAnswered } from './constraints/duplicate-not-answered.ts'
import { duplicatesInList } from './constraints/duplicates-in-list.ts'
import { numberTooLarge } from './constraints/number-too-large.ts'
import { parentMissing } from './constraints/parent-missing.ts'
import { requiredRelation } from './constraints/required-relation.ts'
import { sequenceBehind } from './constraints/sequence-behind.ts'
import { softDeletedTwin } from './constraints/soft-deleted-twin.ts'
import { textTooLong } from './constraints/text-too-long.ts'
import { wrongOrder } from './constraints/wrong-order.ts'
import { concurrentlyInTransaction } from './migrations/concurrently-in-transaction.ts'
import { enumValueUsed } from './migrations/enum-value-used.ts'
import { existsAlready } from './migrations/exists-already.ts'
import { failedBefore } from './migrations/failed-before.ts'
import { notApplied } from './migrations/not-applied.ts'
import { notEmpty } from './migrations/not-empty.ts'
import { notWritten } from './migrations/not-written.ts'
import { providerSwitched } from './migrations/provider-switched.ts'
import { removedWhileUsed } from './migrations/removed-while-used.ts'
import { requiredOnRows } from './migrations/required-on-rows.ts'
import { uniqueOnDuplicates } from './migrations/unique-on-duplicates.ts'
import { actionOfAnotherBuild } from './next/action-of-another-build.ts'
import { bigintInJson } from './next/bigint-in-json.ts'
import { bodyTooLarge } from './next/body-too-large.ts'
import { classToClient } from './next/class-to-client.ts'
import { dynamicCaught } from './next/dynamic-caught.ts'
import { middlewareBesideProxy } from './next/middleware-beside-proxy.ts'
import { noResponse } from './next/no-response.ts'
import { outsideRequest } from './next/outside-request.ts'
import { ownApiDuringBuild } from './next/own-api-during-build.ts'
import { redirectCaught } from './next/redirect-caught.ts'
import { revalidateInRender } from './next/revalidate-in-render.ts'
import { segmentConfig } from './next/segment-config.ts'
import { serverOnlyInClient } from './next/server-only-in-client.ts'
import { unawaitedRequestApi } from './next/unawaited-request-api.ts'
import { uncachedOutsideSuspense } from './next/uncached-outside-suspense.ts'
import { useServerExport } from './next/use-server-export.ts'
import { argumentMissing } from './queries/argument-missing.ts'
import { bodyAsData } from './queries/body-as-data.ts'
import { connectOfMissing } from './queries/connect-of-missing.ts'
import { dateAsText } from './queries/date-as-text.ts'
import { indexRowTooLarge } from './queries/index-row-too-large.ts'
import { malformedId } from './queries/malformed-id.ts'
import { nothingToFindBy } from './queries/nothing-to-find-by.ts'
import { nulInText } from './queries/nul-in-text.ts'
import { numberAsText } from './queries/number-as-text.ts'
import { orThrow } from './queries/or-throw.ts'
import { rawNameNotQuoted } from './queries/raw-name-not-quoted.ts'
import { rawSplicedText } from './queries/raw-spliced-text.ts'
import { rawTypeMismatch } from './queries/raw-type-mismatch.ts'
import { selectWithInclude } from './queries/select-with-include.ts'
import { tooManyValues } from './queries/too-many-values.ts'
import { unknownField } from './queries/unknown-field.ts'
import { updateOfMissing } from './queries/update-of-missing.ts'
import { valueUnknownToEnum } from './queries/value-unknown-to-enum.ts'
import { callInside } from './transactions/call-inside.ts'
import { errorSwallowed } from './transactions/error-swallowed.ts'
import { longLoop } from './transactions/long-loop.ts'
import { notAwaited } from './transactions/not-awaited.ts'
import { oppositeOrder } from './transactions/opposite-order.ts'
import { serializableWithoutRetry } from './transactions/serializable-without-retry.ts'
import { slowStatement } from './transactions/slow-statement.ts'

/** Every cause. Of those that give the same text, the more special one stands first. */
export const causes: readonly Cause[] = [
  clientPerRequest,
  poolOverLimit,
  clientPerReload,
  globalClientInTransaction,
  poolOfOne,
  fanOut,
  hostOfTheNetwork,
  databaseDuringBuild,
  localhostInContainer,
  portNotPublished,
  passwordNotEncoded,
  twoEnvironmentFiles,
  passwordOfOldVolume,
  serverNotRunning,
  variableOfAnotherName,
  environmentNotLoaded,
  configurationWithoutDotenv,
  variableNowhere,
  databaseMissing,
  serverWithoutTls,
  certificateUnknown,
  endedByServer,
  noRights,
  statementTimeout,
  lockTimeout,
  importedFromElsewhere,
  generatedBeforeCopy,
  notGenerated,
  adapterMissing,
  stale,
  noSuchDelegate,
  urlInSchema,
  relationWithoutOpposite,
  unknownType,
  inTheBrowser,
  edgeRuntime,
  sequenceBehind,
  softDeletedTwin,
  duplicatesInList,
  checkThenCreate,
  duplicateNotAnswered,
  childrenRemain,
  wrongOrder,
  parentMissing,
  requiredRelation,
  defaultDropped,
  textTooLong,
  numberTooLarge,
  checkViolated,
  bodyAsData,
  unknownField,
  connectOfMissing,
  orThrow,
  updateOfMissing,
  malformedId,
  numberAsText,
  dateAsText,
  valueUnknownToEnum,
  nothingToFindBy,
  argumentMissing,
  selectWithInclude,
  nulInText,
  tooManyValues,
  rawNameNotQuoted,
  rawTypeMismatch,
  rawSplicedText,
  indexRowTooLarge,
  serializableWithoutRetry,
  oppositeOrder,
  notAwaited,
  callInside,
  longLoop,
  slowStatement,
  errorSwallowed,
  removedWhileUsed,
  notApplied,
  notWritten,
  requiredOnRows,
  uniqueOnDuplicates,
  existsAlready,
  concurrentlyInTransaction,
  enumValueUsed,
  failedBefore,
  notEmpty,
  providerSwitched,
  ownApiDuringBuild,
  classToClient,
  bigintInJson,
  redirectCaught,
  dynamicCaught,
  outsideRequest,
  unawaitedRequestApi,
  segmentConfig,
  uncachedOutsideSuspense,
  useServerExport,
  serverOnlyInClient,
  middlewareBesideProxy,
  revalidateInRender,
  actionOfAnotherBuild,
  bodyTooLarge,
  noResponse,
]
