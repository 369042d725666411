/**
 * How TypeScript is taken for JavaScript where nothing is built first: in specs, and in processes that tests start.
 * @type {import('@swc/core').Options}
 */
export const swc = {
  sourceMaps: 'inline',
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  },
  module: { type: 'es6' },
};
