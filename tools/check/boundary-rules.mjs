/** Who may depend on whom: style.md §3, one entry per row of its table. */
const ROWS = [
  {
    from: { scope: 'public' },
    may: (to) => ['public', 'shared'].includes(to.scope),
    banned: '@aws-sdk/client-payment-cryptography',
  },
  {
    from: { scope: 'cde' },
    may: (to) => ['cde', 'shared'].includes(to.scope),
    banned: '(nodemailer|mailparser|smtp-server|@aws-sdk/client-ses)',
  },
  { from: { scope: 'shared' }, may: (to) => to.scope === 'shared' },
  {
    from: { scope: 'web' },
    may: (to) => to.scope === 'web' || ['kernel', 'contract'].includes(to.layer),
    banned: '(@nestjs/|typeorm(/|$)|bullmq(/|$))',
  },
  {
    from: { layer: 'kernel' },
    may: (to) => to.layer === 'kernel',
    banned: '(@nestjs/|typeorm(/|$)|bullmq(/|$)|fastify(/|$))',
  },
  {
    from: { layer: 'contract' },
    may: (to) => ['kernel', 'contract'].includes(to.layer),
    banned: '(typeorm|bullmq)(/|$)',
  },
  {
    from: { layer: 'protocol' },
    may: (to) => ['kernel', 'protocol'].includes(to.layer),
    banned: '(@nestjs/|typeorm(/|$)|bullmq(/|$)|fastify(/|$))',
  },
  { from: { layer: 'platform' }, may: (to) => ['kernel', 'contract', 'protocol', 'platform'].includes(to.layer) },
  { from: { layer: 'feature' }, may: (to) => ['kernel', 'contract', 'protocol', 'platform'].includes(to.layer) },
];

const escape = (path) => path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const NOTHING = '^$';

/**
 * Rules of dependency-cruiser, made from the tags of the packages.
 * @param {ReturnType<import('./workspace-packages.mjs').workspacePackages>} packages
 * @param {string} prefix where the packages live below the root; '' for the real ones
 */
export function boundaryRules(packages, prefix = '') {
  const at = (found) =>
    found.length === 0 ? NOTHING : `^(${found.map(({ path }) => escape(prefix + path)).join('|')})/`;
  const ours = `^${escape(prefix)}(apps|libs)/`;
  const rules = ROWS.flatMap((row) => rowRules(row, packages, at, ours));
  return [...rules, ...packages.map((one) => undeclared(one, packages, at, ours)), ...everywhere(prefix, ours)];
}

function rowRules({ from, may, banned }, packages, at, ours) {
  const [kind, value] = Object.entries(from)[0];
  const name = `${kind}-${value}`;
  const members = packages.filter((one) => one[kind] === value);
  const walls = [
    {
      name,
      severity: 'error',
      from: { path: at(members) },
      to: { path: ours, pathNot: ['^$1/', at(packages.filter(may))] },
    },
  ];
  if (banned === undefined) return walls;
  return [
    ...walls,
    {
      name: `${name}-banned-package`,
      severity: 'error',
      from: { path: at(members) },
      to: { path: `(^|node_modules/)${banned}` },
    },
  ];
}

function undeclared(one, packages, at, ours) {
  const declared = packages.filter(({ name }) => one.needs.includes(name));
  return {
    name: `undeclared-dependency:${one.path}`,
    severity: 'error',
    from: { path: at([one]) },
    to: { path: ours, pathNot: ['^$1/', at(declared)] },
  };
}

function everywhere(prefix, ours) {
  const home = escape(prefix);
  const inside = `^${home}(apps/[^/]+|libs/[^/]+/[^/]+)/`;
  return [
    {
      name: 'no-circular',
      severity: 'error',
      from: { path: ours },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'libs-not-apps', severity: 'error', from: { path: `^${home}libs/` }, to: { path: `^${home}apps/` } },
    {
      name: 'no-deep-import',
      severity: 'error',
      from: { path: inside },
      // exported as subpaths: two more fronts of iso8583, and the part of the SDK that needs Node
      to: {
        path: `^${home}libs/`,
        pathNot: [
          '^$1/',
          `^${home}libs/([^/]+/[^/]+/src|shared/iso8583/src/(explain|unionpay)|web/sdk/src/node)/index\\.ts$`,
        ],
      },
    },
    {
      name: 'no-test-code',
      severity: 'error',
      from: { path: ours, pathNot: ['spec\\.ts$', `^${home}apps/simulator/`] },
      to: { path: `^${home}(test|tools)/` },
    },
    { name: 'not-resolvable', severity: 'error', from: { path: ours }, to: { couldNotResolve: true } },
  ];
}
