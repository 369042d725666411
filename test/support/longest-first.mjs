import Sequencer from '@jest/test-sequencer';

/** Its types have the class one `default` further in than it is. */
const Base = /** @type {typeof Sequencer.default} */ (/** @type {unknown} */ (Sequencer));

/** Where the specs are that take long, the longest first: they start servers, kill them, and wait. */
const long = [
  'test/fault/',
  'test/contract/',
  'test/e2e/',
  'test/oracle/',
  'test/',
  'libs/vault/',
  'libs/event-store/',
];

/** @param {string} path */
const rank = (path) => {
  const found = long.findIndex((folder) => path.includes(`/${folder}`));
  return found < 0 ? long.length : found;
};

/**
 * Without the times of an earlier run jest begins with the largest files, and a long spec that is small would be begun last: then
 * all other workers wait for it.
 */
export default class LongestFirst extends Base {
  /**
   * @override
   * @template {{ readonly path: string }} Spec
   * @param {ReadonlyArray<Spec>} specs
   */
  sort(specs) {
    const bySize = /** @type {ReadonlyArray<Spec>} */ (
      /** @type {unknown} */ (super.sort(/** @type {never} */ ([...specs])))
    );
    return /** @type {never} */ ([...bySize].sort((one, other) => rank(one.path) - rank(other.path)));
  }
}
