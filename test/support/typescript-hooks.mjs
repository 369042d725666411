import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';
import { swc } from './swc.mjs';

/** `./x.js` is written for what will be built: here it is `./x.ts`. @type {import('node:module').ResolveHook} */
export const resolve = (specifier, context, next) => {
  if (!specifier.startsWith('.') || context.parentURL === undefined) return next(specifier, context);
  const source = new URL(specifier.replace(/\.js$/u, '.ts'), context.parentURL);
  return existsSync(source) ? next(source.href, context) : next(specifier, context);
};

/** @type {import('node:module').LoadHook} */
export const load = async (url, context, next) => {
  if (!url.endsWith('.ts')) return next(url, context);
  const path = fileURLToPath(url);
  const options = { ...swc, filename: path, configFile: false, swcrc: false };
  const { code } = await transform(await readFile(path, 'utf8'), options);
  return { format: 'module', shortCircuit: true, source: code };
};
