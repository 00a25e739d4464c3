/**
 * Words that a sentence may have in place of one another without asking for something else. What a group speaks for is learnt from
 * phrases, as with words (`scripts/teach-front.mjs`): so a word that no phrase had is still understood by its like. Not synonyms:
 * `sidebar` and `tooltip` are alike in that neither is about a backend. German, French, Spanish, Italian and Portuguese have the words that
 * orders and questions begin with.
 */
import { stemOf } from '../../recipes/words.ts'

const GROUPS: Readonly<Record<string, string>> = {
  // What is to be done.
  look: `cr lgtm overlook examination inspection appraise look check review inspect vet examine scan scrutinise scrutinize assess
    evaluate verify validate audit control screen lint analyse analyze eyeball peek glance sanity recheck doublecheck proofread
    critique criticise criticize browse prüf prüfe prüfen schau überprüfe vérifie regarde revisa comprueba controlla verifica`,
  show: `show list print display enumerate dump output tell give gimme describe summarise summarize present overview tabulate outline
    sketch draw visualise visualize zeig zeige montre affiche muestra enseña mostra mostrami mostre`,
  make: `impl slap bolt ship furnish supply author make add build create write implement generate scaffold develop code produce introduce
    craft draft put insert provide deliver wire compose construct program erstelle erstell bau baue schreib schreibe einbauen
    hinzufügen crée ajoute écris fais crea añade escribe haz scrivi aggiungi crie adicione escreva`,
  want: 'require desire want need wish like must gotta wanna',
  repair: `straighten tidy rework arrange heal resolved fix repair patch correct resolve solve close remedy remediate mend cure harden
    tighten plug hotfix rectify amend autofix repariere reparier beheb behebe korrigier corrige corriger répare arregla arreglar
    correggi ripara corrija conserte`,
  remove: `rid scrub prune remove delete drop erase strip eliminate purge wipe clear destroy truncate nuke trash discard`,
  change: 'change update modify edit alter adjust replace swap overwrite tweak',
  limit: `allowlist whitelist clamp bound ceiling maximum max limit restrict scope cap constrain lock confine enforce narrow`,
  attack: `infiltrate penetration sqlmap intrude trick fool sneak attack hack exploit pentest breach break crack penetrate fuzz bruteforce
    hammer forge spoof impersonate tamper steal abuse hijack smuggle brute redteam escalate bypass angriff angreifen greif attaque
    attaquer ataca explotar attacca ataque`,
  prove: `substantiate reproducible tested experiment verdict payload legit hypothetical theoretical fp prove proof demonstrate demo
    reproduce repro confirm evidence poc simulate replay try actually really live real reality beweise beweis prouve demuestra
    prueba dimostra prova`,
  reach: 'read see access reach view fetch get open download grab retrieve obtain peek touch',
  back: `undo revert rollback restore reverse unapply annul cancel reset rückgängig zurück annule annuler deshacer deshaz annulla
    ripristina desfazer`,
  explain: `rationale ground meant signify explain mean meaning define definition why clarify elaborate teach understand interpret erklär
    erkläre bedeutet explique explica significa signifie spiega vuol`,
  measure: 'planner milliseconds figures measure benchmark profile time count quantify loadtest',
  upgrade: 'upgrade bump migrate port convert switch move rewrite rename refactor restructure reformat',
  // What about.
  slow: `sequential laggard stutter choke bog clog unusable slow sluggish lag laggy crawl drag heavy snail slowly unresponsive latency
    timeout timing hang freeze spinner forever ages degrade langsam lahm ewig dauert lent lente lento lenta lentos`,
  fast: `fast quick speed faster snappy performance perf performant accelerate optimise optimize tune boost throughput efficient instant
    quicker rapid schneller schnell beschleunigen rapide vite accélère rápido rápidas veloce optimiere optimiser optimiza ottimizza
    otimize`,
  second: 'second sec ms millisecond minute',
  index: 'idx gin btree brin index indices seqscan',
  login: `auth2 authn signon login logon signin signup register registration logout auth authentication authentification authenticate
    credential password account anmeldung anmelden passwort connexion identification contraseña sesión accesso senha`,
  token: 'token jwt refresh bearer session cookie',
  guard: `guard protect permission authorization authorisation authorize unprotected role membership acl rbac gate middleware allowed`,
  hole: `vulns vuln cve defect liability gap backdoor breach hole vulnerability vulnerable idor leak exposure injection insecure unsafe
    risk weakness flaw bug mistake issue problem smell dangerous footgun loophole xss csrf ssrf bola lücke sicherheitslücke lücken
    sicherheitslücken sicher sicherheit faille failles sécurité seguridad seguro sicuro sicurezza segurança problème problema`,
  finding: 'warning hit finding report result rule',
  test: `cov covered assertion assert unit integration e2e test spec coverage vitest jest untested regression suite testcase teste testen
    prueba pruebas`,
  error: `digest errno segfault abort error exception fail failure crash throw fatal panic stacktrace unhandled broken refused denied
    fehler erreur errore erro fallo`,
  route: `route endpoint handler api action procedure path url resource call request routen endpunkt endpunkte rutas rotas`,
  model: `model table schema entity relation column field row record database db tabelle tabla modelo modèle modello datenbank`,
  query: 'queries qry roundtrip query select statement sql findmany prisma',
  code: `code file folder function module class helper library repo repository codebase project app backend service`,
  audit: `diligence questionnaire iso soc2 certification document dossier html pdf printable assessment everything complete full entire
    whole overall compliance board management investor cto auditor stakeholder committee bericht rapport informe relatório komplett
    complet completo`,
  agent: 'claude cursor codex copilot windsurf mcp agent assistant opencode ai',
  playbook: `offset cursor isolation replica pgbouncer pooler idempotency idempotent retry partition shard outbox bullmq inngest dataloader
    opentelemetry otel tracing prometheus alert healthcheck optimistic presigned versioning uuid cuid ulid autoincrement enum
    decimal jsonb squash expand backfill instance serverless stateless monolith envelope status pino winston mock fixture
    testcontainers ttl stale revalidate etag signature hmac bcrypt argon2 pepper polymorphic timezone timestamp downtime backoff
    quota throttling singleton pool connection sigterm shutdown nullable optional coerce strict zod pagination transaction
    serializable deadlock gapless`,
  // Who, and whose.
  person: `staff mentor founder freelancer attendee clerk nurse person people user member customer client employee colleague visitor guest
    admin owner viewer editor intern stranger attacker outsider anyone someone somebody anybody competitor manager driver patient
    student teacher supporter`,
  other: 'other another foreign different else stranger cross neighbouring',
  tenant: 'tenant org organisation organization company workspace team enterprise firm garage',
  // What an application is about: any of these may stand for any other.
  noun: `invoice order document ticket booking payment product comment message subscription lesson vehicle shipment photo post device
    event contract quote candidate recipe playlist property branch claim policy asset batch ride meal room seat coupon campaign deal
    task note card channel thread survey appointment receipt salary attachment article course category supplier delivery visit
    reservation basket cart stock item job address phone plan`,
  // How it is asked.
  how: `precaution checklist advisable conceptually opinion playbook standard canonical wise prudent sensible guarantee defence defense
    tradeoff downside regret how best practice way approach pattern recommend advice idiomatic proper sane guideline convention tip
    wie comment cómo`,
  should: `should shall ought better or versus vs whether worth overkill prefer choose pick soll sollte sollen faut devrait debo debería
    devo dovrei`,
  where: `where which what who whom wo welche welcher welches wer où quel quels quelle quelles qui dónde cuál cuáles quién qué dove quali
    quale chi onde quais qual`,
  can: 'can could would might possible able',
  not: 'not no never without missing lack none dont doesnt isnt cannot cant forgot forgotten forget',
  all: `all every each everyone everywhere any alle alles tout toutes tous todo todos todas tutto tutti tutte tudo`,
  please: 'please pls plz kindly thx thanks asap bitte danke stp merci gracias grazie obrigado',
  when: 'before after during when while once',
  // What it does not do.
  screen: `rerender memo onboarding banner spinner wizard viewport keystroke button navbar sidebar modal dropdown css tailwind style layout
    font color colour icon tooltip carousel animation responsive component react hook useeffect usestate form page scroll pixel
    theme dark chart svg header footer menu toast hover storybook figma bundle lighthouse seo webpack vite safari browser swipe
    gallery checkbox landing hydration redux zustand`,
  operations: `windows linux ubuntu vps hosting firewall vpn router bash deploy docker dockerfile kubernetes k8s helm terraform ansible
    pipeline ci nginx aws ec2 s3 ssl certificate dns domain cluster github gitlab jenkins backup release staging restart rollout
    heroku cloudflare`,
  git: 'git commit push merge rebase conflict stash',
  stack: `c cpp clojure haskell wasm perl cobol django flask rails laravel spring express nestjs nest fastapi golang rust python php java
    kotlin swift vue angular svelte remix astro nuxt drizzle typeorm sequelize mongoose mongodb mongo mysql mariadb sqlite oracle
    firebase dynamodb elixir phoenix dotnet ruby symfony wordpress dart flutter android ios scala`,
  feature: `export csv excel xlsx upload avatar notification email mail sms newsletter chat websocket webhook crud dashboard filter sort
    search checkout stripe import bulk cron queue cache redis throttle graphql openapi swagger seed like tag reminder widget
    integration slack`,
  talk: `thanks goodbye dinner restaurant holiday birthday hi hello hey morning cool nice joke weather bored sing poem haiku story
    president capital football lunch book movie music song`,
  office: `policy onboarding slide presentation recruiter pitch letter blog readme changelog ad meeting sprint jira estimate estimation
    budget roadmap tweet linkedin translate translation licence license`,
  worry: `worry worried afraid fear scared nervous concern concerned nagging suspicious suspect uneasy embarrassing ashamed doubt paranoid
    anxious trust`,
  business: 'revenue mrr churn sold sales yesterday today month week profit turnover',
}

const groups = new Map<string, string[]>()
for (const [name, words] of Object.entries(GROUPS))
  for (const stem of new Set(words.split(/\s+/).map(stemOf)))
    groups.set(stem, [...(groups.get(stem) ?? []), `=${name}`])

/** The groups that a stem is in: `=attack` of `hack`. They begin with `=`, so that no stem is one; the nearest meaning is first. */
export const groupsOf = (stem: string): readonly string[] => groups.get(stem) ?? []

/** Every stem that is in a group. */
export const groupedStems: readonly string[] = [...groups.keys()]
