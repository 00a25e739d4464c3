/**
 * Turns of phrase that say more than their words do. What each speaks for, and how much, is learnt from phrases
 * (`scripts/teach-front.mjs`), under the name that each has here: a renamed one has to be taught again.
 */
const MAKE =
  '(?:add|build|create|make(?! sense)|write|generate|implement|scaffold|need|want|set up|setup|put|give (?:me|us)|develop|code|finish|introduce|wire|bring in)'
const FOREIGN =
  '(?:someone|somebody|anyone|anybody|a stranger|an attacker|an outsider|a competitor|(?:any|an|a|the|some) ?(?:other|different|logged[- ]?in|foreign|normal|random|ordinary|malicious|plain)? ?(?:user|member|tenant|org(?:ani[sz]ation)?|account|customer|guest|client|viewer|employee|company|people|person)s?|other (?:users|tenants|orgs|customers|people|companies)|i|we|you)'
const REACH =
  '(?:read|see|open|access|change|edit|delete|get|view|steal|fetch|download|modify|reach|touch|list|grab|take|promote|act|log ?in|update|overwrite|dump|guess|approve|pull)'

export const CUES: ReadonlyMap<string, RegExp> = new Map([
  // Taking back what the tool wrote.
  ['starts with undo', /^(?:oops|no+|hm+|ok)?[ ,.!]*(?:please )?undo\b/],
  [
    'take back',
    /\b(?:undo|revert|roll(?:ed)? ?back|take (?:it|that|this|them)? ?back|put (?:it|that|this|them|everything|all)? ?back|restore|get (?:my|the|our) (?:old|previous|original)|back to (?:how|what) it was|as it was before)\b/,
  ],
  // Setting the tool up for coding agents.
  [
    'names an agent',
    /\b(?:claude|codex|cursor (?:rules?|ide|editor)|(?:in|for|with|into) cursor|copilot|windsurf|opencode|mcp|agents\.md|claude\.md|coding agents?|ai agents?|ai assistants?)\b/,
  ],
  [
    'set up for an agent',
    /\b(?:set ?(?:this|it|yourself)? ?up|install|add yourself|hook|wire|register|connect|integrate|enable|knows? about|teach)\b.*\b(?:claude|codex|cursor|copilot|windsurf|opencode|mcp|agents?)\b/,
  ],
  // A rule or a finding, explained.
  ['nothing but an id', /^<finding>[ ?.!]*$|^<fault>[ ?.!]*$/],
  ['id of a finding', /<finding>/],
  ['id of a fault', /<fault>/],
  [
    'meaning of an id',
    /\b(?:mean|means|rule|why was|why is|more about|behind|don'?t understand|ignore|false positive|in plain|what is)\b.*(?:<finding>|<fault>)|(?:<finding>|<fault>).*\b(?:mean|means|rule|why|really|ignore|false positive|in plain|about)\b/,
  ],
  [
    'why is it bad',
    /\bwhy (?:is|are|was|would|should)\b.*\b(?:problems?|bad|wrong|dangerous|issues?|risks?|unsafe|matter|care|harmful)\b/,
  ],
  // Everything, as a report.
  [
    'an audit',
    /\b(?:generate|run|do|start|make|need|want|an?|the|full|complete) (?:an? |the |full |complete )*audit\b(?! (?:log|entr|trail|table|record))/,
  ],
  [
    'everything in a report',
    /\b(?:full|complete|whole|entire|one|single|overall|all|everything|health)\b.*\b(?:report|document|html|page|pdf|results|check ?up|health ?check|going over|assessment|overview for)\b/,
  ],
  [
    'a report for people',
    /\b(?:report|document|summary|something|html|results?|page|pdf)\b.*\b(?:for|to|with|at|by) (?:the |my |our |a )?(?:cto|ceo|boss|team|investors?|management|manager|client|customer|stakeholders?|board|auditors?|meeting)\b/,
  ],
  [
    'state of the project',
    /\bdue diligence\b|\bhealth check of\b|\bstate of (?:this|the|our) \w+\b|\bhtml report\b|\bas (?:an )?html\b|\breport please\b/,
  ],
  [
    'run everything',
    /\brun everything\b|\beverything you have\b|\bcheck everything\b|\ball (?:the )?checks\b/,
  ],
  // Is it real?
  [
    'attack',
    /\b(?:prove|proof|poc|exploit\w*|demonstrat\w*|attack\w*|hack\w*|break in(?:to)?|breach|steals?|stolen|simulat\w*|pen-?test(?! report)|theoretical|malicious|brute ?-?forc\w*|impersonat\w*)\b/,
  ],
  [
    'show that it is real',
    /\bshow me\b.*\b(?:really|works?|real|attack|curl|request)\b|\b(?:really|actually) (?:real|works?|possible|read|get|tried)\b|\bfor real\b|\bwith evidence\b|\btried out\b|\bget me the curl\b/,
  ],
  [
    'can somebody else do it',
    new RegExp(
      `\\b(?:can|could|would|what if|if|may|let'?s?|does|is it possible for|possible that)\\b.{0,30}\\b${FOREIGN}\\b.{0,40}\\b${REACH}s?\\b`,
    ),
  ],
  [
    'something of others',
    /\b(?:of|from|in|by|to) (?:an?other|other|different|foreign|org b|company b|tenant b|somebody else|someone else)|\b(?:someone|somebody|anyone|others?|other people|other (?:org|tenant|compan|customer|user)\w*|competitor)(?:'?s| else'?s?)|\bas (?:a|an) (?:different|other|foreign|normal|plain|simple) (?:user|member)|\bforeign session\b|\bsomeone elses?\b|\bother tenants?\b|\bcross[- ]tenant\b/,
  ],
  ['who can', /\bwho can (?:read|see|do|access|change|write|reach|open|delete|call)\b/],
  [
    'if I change the id',
    /\bif i (?:change|swap|replace|put|use|send|guess|take|just)\b.*\b(?:id|orgid|url|token|header|cookie|param\w*|number)\b/,
  ],
  [
    'endpoint without login',
    /\b(?:hit|call|request|try)\b.*<endpoint>.*\b(?:as|with|without)\b|\bhit the\b.*\bwith\b|\b(?:logged out|no membership|without (?:a )?(?:session|login|token|cookie))\b/,
  ],
  // Making it right.
  [
    'fix',
    /\b(?:fix|repair|patch|remed(?:y|iate)|close|resolve|correct|cure|mend|sort out|sort|clean up|get rid of|take care of|deal with|gone|eliminate|harden|plug)\b/,
  ],
  [
    'fix what was found',
    /\b(?:fix|repair|patch|remed(?:y|iate)|close|resolve|correct|cure|mend|sort out|clean up|get rid of|take care of|deal with|apply|harden|plug|gone|address)\b.*(?:\b(?:it|them|that|this|hole|idor|vuln\w*|findings?|issues?|leak\w*|n ?(?:\+|plus) ?(?:1|one)s?|injections?|checks?|everything|bugs?|problems?|errors you found|you found|authori[sz]ation|access|all of|one by one|whatever)\b|<finding>|<fault>|<endpoint>|<file>)/,
  ],
  [
    'add what is missing',
    /\badd (?:the |an? |some )?(?:missing |right |proper )?(?:index(?:es)?|(?:owner(?:ship)?|auth\w*|permission|session|membership|role|tenant|org) (?:check|guard|filter)s?|guard|where|filter|take|select|missing)\b|\badd\b.*\bcheck to <endpoint>/,
  ],
  [
    'stop sending',
    /\bstop (?:sending|returning|leaking|exposing|giving)\b|\bonly (?:returns?|shows?|gives?|lists?)\b|\b(?:require|enforce|put) (?:a |an |the )?(?:session|login|auth\w*|membership|permission|limit|owner\w*|sign-?in)\b|\bremedy\b|\bdon'?t (?:return|send|expose|leak)\b|\b(?:remove|drop|strip) .*\bfrom (?:the )?(?:response|answer|json)\b|\bnon-?members\b/,
  ],
  ['a hole', /\b(?:hole|idor|vulnerab\w*|finding|leak|n ?(?:\+|plus) ?(?:1|one))\b/],
  // Speed, measured.
  [
    'slow',
    /\b(?:slow\w*|sluggish|crawl\w*|snail|lag(?:s|gy|ging)?|takes? (?:forever|ages|too long|so long|\d)|forever to load)\b/,
  ],
  [
    'speed',
    /\b(?:fast(?:er)?|quick(?:er)?|speed(?: ?up)?|perf(?:ormance)?|performant|latency|p9[059]|response times?|optimi[sz]\w*|bottlenecks?|throughput|hot ?spots?)\b/,
  ],
  ['a duration', /\b(?:\d+ ?(?:s|sec\w*|ms|millisec\w*)|seconds)\b/],
  [
    'costly query',
    /\b(?:explain analy[sz]e|seq(?:uential)? scans?|query plans?|losing time|eating|cpu|heavy|too many queries|queries per request|how many queries|dying|melts?|on its knees|expensive|costly)\b/,
  ],
  ['index', /\bindex(?:es)?\b/],
  ['measure', /\b(?:measure|benchmark|profile|load ?test|time the)\b/],
  ['number of rows', /\b\d+ ?(?:k|m|mio|million|thousand)\b(?: rows| records| users)?/],
  // A login.
  [
    'build a login',
    new RegExp(
      `\\b${MAKE}\\b.*\\b(?:log ?-?ins?|logout|sign ?-?(?:in|up)s?|register|registration|auth(?:entication)?|accounts?|jwt|refresh(?: tokens?)?|passwords?|credentials?)\\b`,
    ),
  ],
  [
    'login with tokens',
    /\b(?:log ?-?in|sign ?-?in|sign ?-?up|register\w*|registration|logout)\b.*\b(?:jwt|tokens?|passwords?|credentials?|refresh|logout|email)\b/,
  ],
  [
    'make a sign-in endpoint',
    /\b(?:create|write|make(?! sense)|build|add|implement|generate|need|want)\b.*<sign-in>/,
  ],
  [
    'kind of login',
    /\b(?:jwt|password|pasword|email[ /+]password|credentials?|token|session)[ -]*(?:based )?(?:auth(?:entication)?|log ?-?in|sign ?-?in)\b/,
  ],
  [
    'there is no login',
    /\b(?:don'?t|doesn'?t|no|not|without) (?:have |has |any |a |yet |exist)*(?:auth\w*|log ?-?in|users? accounts?|accounts?|sign ?-?in)\b|\b(?:log ?-?in|logout|auth\w*) (?:doesn'?t|does not) exist\b|\bno way for (?:a |the )?users?\b/,
  ],
  ['refresh tokens', /\b(?:refresh[ -]tokens?|rotation|reuse detection)\b/],
  [
    'other ways to sign in',
    /\b(?:google|github|oauth|social|saml|sso|magic[ -]links?|passkeys?|webauthn|2fa|mfa|totp|otp|clerk|auth0|ldap|apple|facebook|microsoft|azure|okta|keycloak|forgot(?:ten)? password|password reset|reset (?:the )?password|verification mail|invite\w*)\b/,
  ],
  // Tests of an endpoint.
  [
    'tests for',
    /\b(?:write|add|generate|create|make|need|want|give|cover|fill|missing|zero|no|please|pls|for|unit|integration|e2e\S*|http|regression|api)\b.*\b(?:tests?|specs?|test ?suite|test ?cases|coverage|untested)\b|\b(?:tests?|specs?|test ?suite|coverage)\b.*\b(?:for|on|of|against)\b|\bcover\b.*(?:<endpoint>|<file>|\broutes?\b|\bendpoints?\b)|\buntested\b|\bregression\b/,
  ],
  ['test an endpoint', /^tests? (?:<endpoint>|<file>)/],
  ['test runner', /\b(?:vitest|jest|node:test)\b/],
  [
    'other kinds of tests',
    /\b(?:load|stress|pen|ab|a\/b|user|usability|selenium|cypress|playwright|component|snapshot)[ -]?tests?\b/,
  ],
  // Errors.
  ['error code', /<code>/],
  [
    'failure',
    /\b(?:error|exception|stack ?trace|crash\w*|fails?|failed|failing|throws?|threw|fatal|panic|malformed|rejected|refused|timed? ?out|unhandled|broken|404|405|413|431|499|500|502|503|504)\b/,
  ],
  [
    'getting an error',
    /\b(?:getting|get|got|gives?|says?|saying|see|shows?|returns?|answers?|complains?|throws?|throwing|keeps?|logs?|with)\b.{0,40}\b(?:errors?|exception|500|404|405|401|403|502|503|504|P\d{4}|undefined|timeout|malformed|closed|refused|already exists|too many connections|does not exist|not found)\b/,
  ],
  [
    'known message',
    /\btoo many (?:clients|connections)\b|\bdrift detected\b|\bdid not initialize\b|\bprepared statement\b|\bdeadlock\b|\bconnection pool timeout\b|\bpool timeout\b|\bcannot be serialized\b|\bserialize a bigint\b|\bunknown argument\b|\bcan'?t reach database\b|\bshould be awaited\b|\bmodule not found\b|\bcannot find module\b|\bunable to (?:run|open|connect)\b|\bhydration\b|\bconstraint failed\b|\bconnection (?:closed|terminated|reset)\b|\bquery engine\b|\bwrong-context\b|\bdynamic server usage\b|\bfailed to (?:find|collect|compile|load)\b|\bnot (?:a function|assignable)\b|\bbody (?:exceeded|is unusable)\b|\bout of memory\b/,
  ],
  [
    'only in production',
    /\b(?:only|just) in (?:prod(?:uction)?|docker|ci|vercel|the build|staging)\b|\b(?:works|fine) (?:locally|on my machine|in dev)\b|\blocal(?:ly)? (?:works|fine|never)\b/,
  ],
  [
    'what does the error mean',
    /\bwhat (?:is|does|do i do with)\b.*<code>|\bmeans? (?:here|this error)\b|\bwhat'?s going on\b|\bwhat now\b/,
  ],
  // What is there.
  [
    'overview',
    /\b(?:map|overview|lay of the land|big picture|inventory|tour|walk me through|summari[sz]e|summary of|onboard\w*|inherited|just joined|new here|legacy)\b/,
  ],
  [
    'list all',
    /\b(?:list|show|enumerate|give me|print|dump)\b.{0,20}\b(?:all|every|each|our|the)\b.{0,20}\b(?:routes?|endpoints?|models?|actions?|handlers?|tables?|apis?|procedures?)\b/,
  ],
  [
    'which endpoints',
    /\b(?:which|what) (?:\w+ )?(?:endpoints?|routes?|handlers?|models?|tables?|actions?|code|places|files|functions?)\b/,
  ],
  [
    'who uses it',
    /\bwho (?:writes?|reads?|uses?|calls?|touches|owns|creates?|updates?|deletes?|sets?)\b|\bwhere (?:is|are|does|do|else)\b.*\b(?:used|come from|get|gets|set|written|read|called|defined|live|created)\b|\bowner of what\b|\bbelongs? to (?:what|whom|which)\b/,
  ],
  [
    'how does it work',
    /\bhow (?:does|do|is|are|many)\b.*\b(?:work|works|hang together|related|relate|connected|organi[sz]ed|structured|wired|protected|routes?|endpoints?|models?|tables?|handlers?)\b/,
  ],
  [
    'what is this',
    /\bwhat (?:does|do|is) (?:this|the|it|that|our)\b.*\b(?:do|thing|project|repo|backend|app|code ?base|about)\b|\bexplain (?:me |to me |us )?(?:this|the|how|our)\b|\bdescribe\b|\bdocument(?:ation of)? (?:this|the|our)\b/,
  ],
  [
    'before and after',
    /\bwhat (?:runs|happens) (?:before|after|when|on|if)\b|\bin front of (?:it|them)\b|\bstill (?:used?|uses?|needed)\b|\bdead\b|\bunused\b|\bwhat differs\b|\bwhy do we have both\b|\bconventions?\b|\bdependenc(?:y|ies) (?:of|between)\b/,
  ],
  // What is wrong.
  [
    'look over',
    /\b(?:review|look (?:over|at|through|into)|scan|inspect|lint|check(?! for a)|double[- ]?check|vet|assess|go (?:over|through)|sanity)\b/,
  ],
  [
    'anything wrong',
    /\b(?:anything|something|what'?s|what is|what|everything)\b.{0,24}\b(?:wrong|stupid|bad|broken|off|worst|fishy|sketchy|dangerous|risky|weird|missing|unsafe|ok(?:ay)?)\b/,
  ],
  [
    'is it safe',
    /\b(?:is|are|am|how)\b.{0,60}\b(?:safe|secure|vulnerable|insecure|protected|unprotected|ok(?:ay)?|correct|right|good enough|solid)\b/,
  ],
  [
    'security words',
    /\b(?:secur\w+|vulnerab\w*|smells?|mess|holes?|idor|mass assignment|injection|unprotected|expos\w*|leak\w*|owasp|risks?|problems?|issues?|bugs?|weak\w*|n ?\+ ?1s?|loops?)\b/,
  ],
  [
    'did we forget',
    /\b(?:did (?:i|we)|do we|have (?:i|we)|are we|does any\w*|is there any\w*|any)\b.{0,60}\b(?:forg[eo]t\w*|miss\w*|leak\w*|expos\w*|lack\w*|without|unprotected|unguarded|unvalidated|raw|hard-?coded|limit)\b/,
  ],
  [
    'find problems',
    /\bfind\b.*\b(?:bugs?|problems?|issues?|vulnerab\w*|holes?|where|faults?|mistakes?|n ?\+ ?1s?|smells?|all)\b|\b(?:want|need|like) to be sure\b|\bbe sure that no\b|\bwould .* complain\b|\bgoing live\b|\bno handler forgets?\b|\bcan (?:it|this) return the whole\b|\bhave a .*limit\b/,
  ],
  // How should it be done?
  ['how do I', /\bhow (?:do|should|can|would|could|to|long|often|much|big|many)\b/],
  [
    'should',
    /\b(?:should|shall|must) (?:i|we|a|an|the|it|you|this|they|every|each|my|our|be|one)\b|\bshould\b/,
  ],
  [
    'best practice',
    /\bbest[- ]practi[cs]e\w*\b|\b(?:best|right|usual|recommended|proper|good|correct|clean|safe|safest|prisma|standard|normal|idiomatic|common) (?:way|approach|order|answer|pattern|place|choice|thing)\b|\bwhat do people\b/,
  ],
  [
    'is it good',
    /\b(?:is it|is that|is this|is \w+|are \w+) (?:ok|okay|bad|good|better|safe|worth|enough|a good idea|an anti-?pattern|overkill|fine|right)\b|\bworth\b|\bgood idea\b|\banti-?pattern\b|\boverkill\b|\bgood or (?:bad|dangerous|not)\b|\bmake sense\b/,
  ],
  [
    'do I need',
    /\bdo (?:i|we|you) (?:really |even |actually )?(?:need|have to|want)\b|\bis there a (?:pattern|way|rule|better)\b/,
  ],
  [
    'when and where',
    /\bwhen (?:should|do|to|is|which|would)\b|\bwhere (?:do|should|does|to)\b|\bwhich (?:one|\w+ level|limit|status)\b|\bwhat (?:limits?|status|number|should|would|to|size|format|kind|isolation|happens to)\b/,
  ],
  // What playbooks are about, and no operation.
  [
    'playbook words',
    /\b(?:offset|cursor (?:or|pagination|based)|isolation|replicas?|pgbouncer|pooler|idempoten\w*|retr(?:y|ies)|partition\w*|shard\w*|outbox|bullmq|pg-boss|inngest|redis|graphql|dataloader|opentelemetry|otel|tracing|trace|prometheus|sentry|alert\w*|health ?checks?|\$transaction|optimistic|presigned|versioning|v2|uuid|cuid|ulid|autoincrement|soft delete|enum|decimal|jsonb?|squash|db push|expand|backfill|instances|pods|serverless|stateless|monolith|microservices?|envelope|status codes?|try\/catch|error body|log level|pino|winston|mock\w*|fixtures|testcontainers|ttl|stale|revalidat\w*|unstable_cache|use cache|etag|signature|dead letter|fifo)\b/,
  ],
  ['one status or another', /\b(?:403|404|401|400|422|409|204|201|200) (?:or|vs\.?|instead of|when)\b/],
  [
    'can we',
    /\bcan (?:i|we) (?:squash|use|share|put|keep|skip|just|safely|store|reuse)\b|\bwhat breaks first\b|\bwhere do i start\b|\bhow do you (?:go about|approach)\b|\benough (?:if|for|when|with)\b|\bdo (?:i|we) \w+ .*\?|\bi see both\b|\bhow (?:do (?:i|we)|to|would (?:i|we|you)|can (?:i|we)) (?:trace|monitor|log|test|model|store|handle|version|paginate|structure|name|design|protect|verify|validate)\b/,
  ],
  [
    'compared',
    /\bvs\.?\b|\bversus\b|\bdifference between\b|\bpros and cons\b|\btrade-?offs?\b|\brecommend\w*\b|\badvice\b|\bcompared to\b|\binstead of\b|\bprefer\b|\bopinions?\b|\bguidance\b|\bguide\b/,
  ],
  ['this or that', /^(?:\S+ ){1,8}or (?:\S+ ){0,8}\S+\?*$/],
  // What it does not do.
  [
    'user interface',
    /\b(?:css|tailwind|scss|styled|button|navbar|modal|dark mode|toggle|responsive|animation|frontend component|react (?:component|table|form|hook)|use(?:state|effect)|storybook|figma|font|landing page|layout shift|icons?|center the|pixel|color|colour|dropdown|sidebar|carousel|tooltip|components\/|react native|swift|flutter|ios app|android)\b/,
  ],
  [
    'another stack',
    /\b(?:django|flask|fastapi|rails|ruby|laravel|php|symfony|spring(?: boot)?|java|golang|go service|rust|\.net|c#|elixir|phoenix|mongodb|mongo|mongoose|drizzle|typeorm|sequelize|knex|remix|nuxt|svelte\w*|vue|angular|nest(?:js)?|express|dynamodb|firebase|firestore|wordpress|python|kotlin|terraform|excel)\b/,
  ],
  [
    'no backend at all',
    /\b(?:weather|joke|poem|recipe for|translate|translation|monads?|price of|how much (?:is|does|costs?)|per month|salary|stock (?:market|price)|bitcoin|football|news|cover letter|blog post|tweet|linkedin|slack message|write (?:an? )?(?:e-?mail|letter|post)|name for (?:my|our)|logo|estimate|story points|jira|roadmap|hire|interview)\b/,
  ],
  [
    'operations work',
    /\b(?:deploy (?:to|it|this|the)|kubernetes|k8s|helm|docker ?file|github actions?|ci pipeline|nginx|dns|ssl cert\w*|domain name|squash my commits|commit(?:s)? (?:and|my|this)|pull request|open a pr|git (?:rebase|merge|push|bisect)|merge conflict|npm packages|upgrade (?:all|to next|next)|bump|changelog|readme|eslint|prettier|rename the repo)\b/,
  ],
  [
    'destroy data',
    /\b(?:delete|drop|truncate|wipe|erase|reset|purge|remove|clear|update|run|execute|apply|seed|restore|change)\b.{0,60}\b(?:prod(?:uction)?|staging|live (?:db|database|system)|all rows|all (?:the )?(?:data|users|records)|the (?:whole )?(?:db|database)|everything in)\b|\bdrop (?:the )?(?:db|database|table|schema)\b|\btruncate\b|\bstart fresh\b/,
  ],
  [
    'a feature',
    /\b(?:stripe|checkout|payments?|paypal|websockets?|socket\.io|realtime|push notifications?|s3|uploads?|csv|excel|pdf|export|import|e-?mails?|newsletters?|openapi|swagger|trpc|graphql|redis|cache|rate[- ]?limit\w*|throttl\w*|cron|nightly|jobs?|queues?|seed|crud|models?|tables?|fields?|columns?|soft[- ]delete|webhooks?|search|feature flags?|i18n|multi-?tenan\w*|pagination|report\w*|dashboard|chat\w*|notifications?|audit (?:log|trail)|sdk|cli|admin panel|roles?|comments?|tags?|file|endpoint|routes?|handler|middleware|transactions?|validation|zod)\b/,
  ],
  [
    'begins with build',
    /^(?:hey|hi|hello|ok|please|pls|can you|could you|would you|can u|i|we|let'?s|now|and|also)?[ ,]*(?:please |pls |need to |want to |need |want |would like to |'d like to |have to |must )*(?:you to )?(?:add|build|create|make|write|generate|implement|scaffold|develop|convert|swap|switch|migrate|move|replace|port|rewrite|refactor|rename|extend|integrate|sync|turn|put|set up|split)\b/,
  ],
  ['convert', /\b(?:convert|swap|switch|port|rewrite|replace|migrate|move)\b.*\b(?:to|into|with|for|from)\b/],
  ['build it', /\b(?:build it|implement|need the endpoint|make the endpoint|plz|for me)\b/],
])
