/**
 * Checks the types, and builds the gallery into `dist/`: app-HASH.js, app-HASH.css, index.html and
 * licenses.txt; and of the API's OpenAPI document, whose path is the argument, the reference page.
 *
 * The same sources and the same lock file give the same bytes.
 */
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildReference } from './reference.mjs';

const root = fileURLToPath(new URL('.', import.meta.url));
const dist = join(root, 'dist');

const compiler = join(root, 'node_modules/typescript/bin/tsc');
const checked = spawnSync(process.execPath, [compiler, '--noEmit'], {
  cwd: root,
  stdio: 'inherit',
});
if (checked.status !== 0) process.exit(1); // such as a language that lacks a message

await rm(dist, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { app: 'src/main.tsx' },
  outdir: dist,
  entryNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022', 'chrome111', 'firefox115', 'safari16.4'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});

const built = Object.keys(metafile.outputs).map((path) => basename(path));
const page = await readFile(join(root, 'src/index.html'), 'utf8');
await writeFile(
  join(dist, 'index.html'),
  page
    .replace(
      'app.js',
      built.find((name) => name.endsWith('.js')),
    )
    .replace(
      'app.css',
      built.find((name) => name.endsWith('.css')),
    ),
);
await buildReference(JSON.parse(await readFile(process.argv[2], 'utf8')), dist);
await writeFile(join(dist, 'licenses.txt'), await licenses(metafile));

/**
 * Names, versions and license texts of the packages in the bundle, and of the one whose markup and
 * styles the reference page has, as their licenses require.
 */
async function licenses({ inputs }) {
  const bundled = Object.keys(inputs).flatMap(
    (path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? [],
  );
  const packages = new Set([...bundled, 'redoc']);
  const texts = [...packages].sort().map(async (name) => {
    const folder = join(root, 'node_modules', name);
    const { version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each));
    const text = file ? await readFile(join(folder, file), 'utf8') : '';
    return `${name} ${version} (${license})\n\n${text}`.trimEnd();
  });
  return `${(await Promise.all(texts)).join('\n\n----\n\n')}\n`;
}
