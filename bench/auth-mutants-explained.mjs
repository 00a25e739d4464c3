// Why a mutant of the recipe `auth-password` may survive. `equivalent`: it behaves the same in all that is promised.
const list = []

export const explained = ({ location, before, after, kind }) =>
  list.find(
    (one) =>
      location.file.endsWith(one.file) &&
      (!one.kind || one.kind === kind) &&
      (!one.before || before.includes(one.before)) &&
      (!one.after || after.includes(one.after)),
  )
