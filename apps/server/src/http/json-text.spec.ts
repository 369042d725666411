import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { E } from '#libs/kernel';
import { MAX_DEPTH, parsedJson } from './json-text.js';

const fault = (text: string) => {
  const parsed = parsedJson(text);
  return E.isLeft(parsed) ? parsed.left : undefined;
};

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

describe('a JSON text', () => {
  it('is read as JSON.parse reads it', () =>
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        fc.pre(!text.includes('__proto__'));
        expect(parsedJson(text)).toEqual(E.right(JSON.parse(text)));
      }),
    ));

  it('is refused where JSON.parse refuses it, and only there', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', '"a"', '"b"', '1', ' '), { maxLength: 12 }),
        (parts) => {
          const text = parts.join('');
          let value: unknown;
          let broken = false;
          try {
            value = JSON.parse(text);
          } catch {
            broken = true;
          }
          const parsed = parsedJson(text);
          if (broken) expect(E.isLeft(parsed)).toBe(true);
          else if (E.isRight(parsed)) expect(parsed.right).toEqual(value);
          else expect(parsed.left.detail).toContain('twice');
        },
      ),
      { numRuns: 2000 },
    ));

  it('is refused when a name stands twice in one object, wherever that is and however it is written', () =>
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.string(), fc.boolean(), (value, name, escaped) => {
        fc.pre(name !== '__proto__' && !JSON.stringify(value).includes('__proto__'));
        const plain = JSON.stringify(name);
        const again = escaped
          ? `"${[...Array(name.length).keys()].map((at) => `\\u${name.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`
          : plain;
        const inner = `{${plain}:${JSON.stringify(value)},${again}:1}`;
        expect(fault(inner)?.detail).toContain('twice');
        expect(fault(`[{"x":[1,${inner}]}]`)?.pointer.startsWith('/0/x/1/')).toBe(true);
      }),
    ));

  it('may use a name again in another object', () => {
    expect(fault('[{"a":{"a":1}},{"a":[{"a":"a","b":"a,\\"a\\":"}]}]')).toBeUndefined();
    expect(fault('{"":1,"a":{"":2}}')).toBeUndefined();
  });

  it.each([
    ['{"a":1,"a":2}', '/a'],
    ['{"x":{"a":1,"b":[1,2],"a":2}}', '/x/a'],
    ['[0,{"a/b":1,"a/b":2}]', '/1/a~1b'],
    ['{"":1,"":2}', '/'],
    ['{"__proto__":1}', '/__proto__'],
    ['{"\\u005f_proto__":1}', '/__proto__'],
  ])('%s is refused at %s', (text, pointer) => {
    expect(fault(text)?.pointer).toBe(pointer);
  });

  it('is at most 32 levels deep', () => {
    const nested = (levels: number) => `${'{"a":['.repeat(levels / 2)}${']}'.repeat(levels / 2)}`;
    expect(depthOf(JSON.parse(nested(MAX_DEPTH)))).toBe(MAX_DEPTH);
    expect(fault(nested(MAX_DEPTH))).toBeUndefined();
    expect(fault(nested(MAX_DEPTH + 2))?.detail).toContain('levels');
    expect(fault(`${'['.repeat(33)}${']'.repeat(33)}`)?.detail).toContain('levels');
    expect(fault('[[],[],[]]'.repeat(1))).toBeUndefined();
  });

  it('says where it breaks, never what stands there', () => {
    expect(fault('{"a":1,}')?.detail).toBe('not JSON: it breaks at character 7');
    expect(fault('{"a":')?.detail).toBe('not JSON: it ends too early');
    expect(fault('{"a":hunter2}')?.detail).not.toContain('hunter2');
    expect(fault('\ufeff{}')).toBeDefined();
  });
});
