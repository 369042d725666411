/** Ascending lists of rows. @typedef {ArrayLike<number>} List */

/** The first place from `from` on whose value is not less than `value`: by doubling steps, then halving ones. @param {List} list @param {number} value @param {number} from */
const seek = (list, value, from) => {
  let [low, step] = [from, 1];
  while (low + step < list.length && Number(list[low + step]) < value) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step, list.length);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Number(list[middle]) < value) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** What is in both. @param {List} one @param {List} other @returns {List} */
export const common = (one, other) => {
  const [few, many] = one.length < other.length ? [one, other] : [other, one];
  /** @type {number[]} */
  const found = [];
  for (let [n, at] = [0, 0]; n < few.length && at < many.length; n += 1) {
    const value = Number(few[n]);
    at = seek(many, value, at);
    if (many[at] === value) found.push(value);
  }
  return found;
};

/** What is in any of them. @param {ReadonlyArray<List>} lists @returns {List} */
export const joined = (lists) => Uint16Array.from(new Set(lists.flatMap((list) => Array.from(list)))).sort();
