import { type Cause, hasCode, unconfirmed } from '../cause.ts'
import { callStep } from '../words.ts'

export const noRights: Cause = {
  id: 'connections/no-rights',
  title: 'The role of the connection may not do this',
  matches: (error) =>
    hasCode('42501')(error) ||
    (hasCode('P1010')(error) && !/certificate/.test(error.text)) ||
    /permission denied for (?:table|schema|sequence|relation)/.test(error.text),
  examine(scene) {
    const [, kind = 'table', name = 'TABLE'] =
      /permission denied for (\w+) ([\w."]+)/.exec(scene.error.text) ?? []
    return unconfirmed(
      `The role that the application connects as has no right on the ${kind} ${name}. Rights are kept in the database.`,
      [
        {
          what: 'As the owner of the tables, grant what the application needs, for tables that come later as well.',
          code:
            kind === 'schema'
              ? `GRANT USAGE ON SCHEMA ${name} TO app_role;`
              : `GRANT USAGE ON SCHEMA public TO app_role;\nGRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app_role;\nGRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO app_role;\nALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO app_role;`,
        },
        { what: 'Run migrations as the role that owns the tables.' },
      ],
      [`On the database, as the application: \`SELECT current_user\`; then \`\\dp ${name}\`.`],
      callStep(scene),
    )
  },
  references: ['https://www.postgresql.org/docs/current/ddl-priv.html'],
}
