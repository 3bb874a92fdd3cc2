/** The part of docs/settings.md that is written, not generated. */
export const settingsIntroduction = `# Settings

Every setting has a default but the source. The least \`cairn.yml\`:

\`\`\`yaml
sources:
  - type: git
    uri: https://git.example.com/shop/config.git
\`\`\`

## Where settings come from

Later wins:

1. the defaults below;
2. the settings file: \`--config FILE\`, else \`CAIRN_CONFIG\`, else \`cairn.yml\` in the working folder if there is one;
3. \`SPRING_…\` environment variables, by the names of the reference server;
4. \`CAIRN_…\` environment variables: \`__\` separates levels, \`_\` is a hyphen, list elements go by number: \`server.shutdown-timeout\`
   is \`CAIRN_SERVER__SHUTDOWN_TIMEOUT\`, \`sources[0].uri\` is \`CAIRN_SOURCES__0__URI\`. \`CAIRN_HOST\` and \`CAIRN_PORT\` are short for
   \`server.host\` and \`server.port\`. A list of texts may be given whole: \`CAIRN_SOURCES__0__SEARCH_PATHS=common,{application}\`;
5. arguments: \`--port\`, \`--host\`, \`--data-directory\`.

Any setting may be given by a file instead: its name with \`-file\` (\`_FILE\` in the environment) names a file whose text is the
value, without the line feed at its end: \`credentials.password-file: /run/secrets/git\`, \`CAIRN_SOURCES__0__CREDENTIALS__PASSWORD_FILE\`.

A list that a later place gives replaces the whole list of an earlier one. Settings are strict: a name that is not one, or a
value of another type (\`port: "8888"\` in \`cairn.yml\`), ends the start with \`CONFIG_SETTINGS_INVALID\`, which names every such
place and what would be taken. Values of secrets are never shown.

Durations are written as \`500ms\`, \`30s\`, \`5m\` or \`1h\`, sizes as \`512KiB\`, \`4MiB\` or \`1GiB\`.

## A file of Spring Cloud Config Server

A settings file with the reference server's own names is taken as it is, as YAML or \`.properties\`: relaxed names
(\`defaultLabel\`, \`default-label\`, \`DEFAULT_LABEL\`), documents and sibling files \`application-<profile>.yml\` by the active profiles
(\`spring.profiles.active\`), and \`\${NAME:default}\` from the environment and the file. Texts are converted (\`"8080"\`, \`"false"\`,
\`a,b\` for a list). The names taken stand below beside the settings they set; \`timeout\` and \`refresh-rate\` are seconds (0 or
absent: our default; \`refresh-rate\` below 0: never). \`spring.profiles.active\` chooses the sources: \`git\` (the default),
\`native\`, both, or \`composite\`, by \`order\` or in the order of the list. Our own settings
stand in such a file under \`cairn:\`. With such a file \`SERVER_PORT\`, \`SERVER_ADDRESS\`, \`ENCRYPT_…\` and \`MANAGEMENT_…\` are read, too.

What is not supported is named in the log at start. Where ignoring it would be unsafe (TLS, authentication, other backends,
imports) the server refuses to start and names it.

Which format a file has, is seen from its top-level keys, or said by \`--config-format cairn|spring\` (\`CAIRN_CONFIG_FORMAT\`):

1. \`spring\`, \`encrypt\`, \`management\` or \`cairn\` among them: the reference's;
2. else any section of ours other than \`server\` (\`sources\`, \`serving\`, \`security\`, …): ours;
3. else, with nothing but \`server\` known: ours if a name below it is only ours (\`host\`, \`prefix\`, …), otherwise the reference's.

## Several sources, many repositories

Sources stand in order of precedence, the first wins. All of them are asked the same, and their property sources stand one behind
the other; a resource comes from the first that has it. With more than one, \`version\` and \`state\` are null and \`X-Config-Version\`
names the version of each. A source that fails makes the query fail, unless \`serving.fail-on-composite-error: false\`.

A git source may have \`repositories\`, one of which answers in place of the source itself:

\`\`\`yaml
sources:
  - type: git
    uri: https://git.example.com/shop/config.git
    repositories:
      - name: payments
        pattern: ["payments-*", "*/payments"]
        uri: https://git.example.com/payments/config.git
      - name: teams
        pattern: ["team-*"]
        uri: https://git.example.com/{application}/config.git
\`\`\`

A pattern is matched with \`application/profile\`; \`*\` stands for any text, nothing else is special. \`payments-*\` means any profile,
and a pattern that does not end in \`*\` is meant for lists of profiles that begin so, too. The first repository that matches answers;
of \`a,b\` one profile must match, and the list as one text too, unless the URI has placeholders. A repository that fails is an error
that names it, in \`source\`, unless \`fallback-to-default: true\`.

Repositories without placeholders in their URI are opened at the start, others when they are first asked for: the request waits
for the clone, as long as \`limits.request-time\` allows. At most \`limits.mirrors\` are open; the one not asked for longest is closed,
and one that a request had named is removed from disk. A name that could lead out of the host or path of a URI is refused with 400,
and what could not be opened is not tried again for \`limits.unknown-label-time\`. Health lists them; readiness does not wait for them.

## Before listening anywhere but on loopback

Without settings the server listens on 127.0.0.1. On any other address it starts only once \`security.mode\` is written, else it
ends with \`CONFIG_SECURITY_UNSETTLED\`. \`security.mode: none\` says in so many words that everybody who reaches the server may read
everything.
`;
