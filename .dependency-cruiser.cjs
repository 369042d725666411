/**
 * Who may import whom. Every rule is broken on purpose by a file of test/architecture/planted, and
 * test/architecture/import-rules.spec.ts holds the two together. `$1` is what `from.path` captured.
 */
const spec = '[.]spec[.]ts$';
const testing = '^libs/[^/]+/src/testing/';
const adapters = '^libs/(event-store/src/(embedded|eventstoredb)|(vault|key-uses)/src/(file|postgres)|audit/src/file)/';
const doors = ['^libs/[^/]+/src/((index|events)|testing/index)[.]ts$', `${adapters}index[.]ts$`];

/** A package is found under node_modules, or is only a bare name while it is not installed. */
const packages = (...names) => `(^|node_modules/)(${names.join('|')})(/|$)`;
const core = (...names) => `^(node:)?(${names.join('|')})$`;

const rules = [
  {
    name: 'domain-is-pure',
    comment:
      'A rule of the domain sees its own folder, the kernel and io-ts. Let the command handler look up what else it ' +
      'needs (time, ids, other facts) and pass it in the command.',
    from: { path: '^libs/([^/]+)/src/domain/', pathNot: spec },
    to: { pathNot: ['^libs/$1/src/domain/', '^libs/kernel/src/index[.]ts$', packages('io-ts')] },
  },
  {
    name: 'domain-specs-need-nothing',
    comment:
      "A spec of the domain needs the domain, its lib's and the kernel's testing/, fast-check, jest and node:assert. " +
      'What needs a store or a server is tested under test/.',
    from: { path: '^libs/([^/]+)/src/domain/.*[.]spec[.]ts$' },
    to: {
      pathNot: [
        '^libs/$1/src/(domain|testing)/',
        '^libs/kernel/src/(testing/)?index[.]ts$',
        packages('io-ts', 'fast-check', '@jest/globals'),
        core('assert(/strict)?'),
      ],
    },
  },
  {
    name: 'projections-are-pure',
    comment:
      "A read model folds events and nothing else. Import another feature's events through its second door, " +
      '#libs/<lib>/events; do what needs I/O in queries/ or in the subscription that feeds the fold.',
    from: { path: '^libs/([^/]+)/src/projections/', pathNot: spec },
    to: {
      pathNot: [
        '^libs/$1/src/(domain|projections)/',
        '^libs/kernel/src/index[.]ts$',
        '^libs/[^/]+/src/events[.]ts$',
        packages('io-ts'),
      ],
    },
  },
  {
    name: 'events-door-is-pure',
    comment:
      'Projections of other libs come in here, so it may only re-export from its own domain/ and projections/. ' +
      'Export anything else from index.ts.',
    from: { path: '^libs/([^/]+)/src/events[.]ts$' },
    to: { pathNot: '^libs/$1/src/(domain|projections)/' },
  },
  {
    name: 'kernel-is-pure',
    comment:
      'The kernel is the ground of every domain/: fp-ts, io-ts and itself. Put I/O behind a port in another lib.',
    from: { path: '^libs/kernel/src/', pathNot: [spec, testing] },
    to: { pathNot: ['^libs/kernel/src/(?!testing/)', packages('fp-ts', 'io-ts')] },
  },
  {
    name: 'queries-never-see-a-decider',
    comment: 'A question reads a read model. If it needs what only the decider knows, fold that into a projection.',
    from: { path: '^libs/[^/]+/src/queries/' },
    to: { path: '[.]decider[.]ts$' },
  },
  {
    name: 'log-readers',
    comment:
      'Only audit/ and authorization/ answer questions from the log, read-models/ carries it into documents, backups/ copies it, ' +
      'and commands/ write to it. Answer this one from a projection, or move the code that transacts to commands/.',
    from: {
      path: '^libs/',
      pathNot: [
        '^libs/(audit|authorization|backups|event-store|read-models)/',
        '^libs/[^/]+/src/commands/',
        testing,
        spec,
      ],
    },
    to: { path: '^libs/event-store/' },
  },
  {
    name: 'libs-speak-no-http',
    comment:
      'Statuses, headers and sockets belong to apps/server. Answer an Either and let the controller translate it.',
    from: { path: '^libs/' },
    to: { path: [packages('fastify', '@fastify/[^/]+', '@nestjs/platform-[^/]+'), core('https?', 'http2')] },
  },
  {
    name: 'db-client-stays-in-its-adapter',
    comment: 'Use the EventStore port of #libs/event-store; only eventstoredb/ knows the client behind it.',
    from: { pathNot: ['^libs/event-store/src/eventstoredb/', '^test/'] },
    to: { path: packages('@eventstore/db-client') },
  },
  {
    name: 'sqlite-stays-in-adapters',
    comment:
      'Use the port (EventStore, Vault, UseStore, TrailIndex); only event-store/embedded and the file/ of vault, key-uses and audit know SQLite.',
    from: { pathNot: ['^libs/event-store/src/embedded/', '^libs/(vault|key-uses|audit)/src/file/', '^test/'] },
    to: { path: packages('better-sqlite3') },
  },
  {
    name: 'postgres-stays-in-its-adapter',
    comment:
      'Use the port (Vault, UseStore); only vault/postgres knows the driver of PostgreSQL, and lends its connections.',
    from: { pathNot: ['^libs/vault/src/postgres/', '^test/'] },
    to: { path: packages('pg', 'pg-[^/]+') },
  },
  {
    name: 'libs-enter-libs-by-doors',
    comment: 'Import #libs/<lib> or #libs/<lib>/events, and export there what is missing.',
    from: { path: '^libs/([^/]+)/' },
    to: { path: '^libs/', pathNot: ['^libs/$1/', ...doors] },
  },
  {
    name: 'all-others-enter-libs-by-doors',
    comment: 'Import #libs/<lib> or #libs/<lib>/events, and export there what is missing.',
    from: { pathNot: '^libs/' },
    to: { path: '^libs/', pathNot: doors },
  },
  {
    name: 'testing-is-for-specs',
    comment: 'A testing/ door serves specs and test/. Move what the product needs to the lib itself.',
    from: { pathNot: [spec, testing, '^test/'] },
    to: { path: testing },
  },
  {
    name: 'adapters-are-named-once',
    comment: 'Ask for the port (EventStore, Vault); adapters.ts is the one place that picks what stands behind it.',
    from: { path: '^(apps|libs)/', pathNot: ['^apps/server/src/adapters[.]ts$', adapters, testing, spec] },
    to: { path: adapters },
  },
  {
    name: 'libs-do-not-import-apps',
    comment: 'Turn it round: the app passes in what the lib needs, or the code moves into the lib.',
    from: { path: '^libs/' },
    to: { path: '^apps/' },
  },
  {
    name: 'src-does-not-import-test',
    comment: "Nothing that ships may need test/. Share test tools through a lib's testing/ door.",
    from: { path: '^(apps|libs)/', pathNot: spec },
    to: { path: '^test/' },
  },
  {
    name: 'src-needs-no-dev-dependency',
    comment: 'It is missing from a production install. Move the package to dependencies, or do without it.',
    from: { path: '^(apps|libs)/', pathNot: [spec, testing] },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'no-cycles',
    comment: 'Decorator metadata dies of cycles at start-up. Move what both need into a third file.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'everything-resolves',
    comment: 'This import leads nowhere: correct the path, or add the package to package.json.',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'everything-is-declared',
    comment:
      'It only resolves because some other package brings it along. Add it to package.json with an exact version.',
    from: {},
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
];

module.exports = {
  forbidden: rules.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    exclude: { path: '^(dist|test/architecture/planted)/' },
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
