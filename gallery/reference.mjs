/**
 * Builds the reference page of the API: `dist/openapi.json` and `dist/reference/`.
 *
 * Redoc renders it here and not in the browser, because its script would violate the page's content
 * security policy: the result has no script, and its styles are one file.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// Redoc's build is CommonJS, and its React must be the one that renders.
const require = createRequire(import.meta.url);
const { createElement } = require('react');
const { renderToStaticMarkup } = require('react-dom/server');
const { ServerStyleSheet } = require('styled-components');
const { createStore, Redoc } = require('redoc');

const OPTIONS = {
  disableSearch: true,
  hideDownloadButtons: true,
  nativeScrollbars: true,
  expandResponses: '200,201,202',
  schemasExpansionLevel: 2,
  jsonSamplesExpandLevel: 'all',
  theme: { schema: { typeNameColor: '#333333' } },
};

// Without a script, the menu is open, and stands above the content where it has no place beside it.
const STYLES = `
body{margin:0}
.menu-content.menu-content ul{display:block}
.menu-content + div{display:none}
@media (max-width:50rem){
.redoc-wrap{display:block}
.menu-content.menu-content{display:block;position:static;width:auto;height:auto}
.menu-content.menu-content *{position:static}
.menu-content.menu-content a{padding-top:.2rem;padding-bottom:.2rem}
}`;

/** Writes the document and its page into a folder. */
export async function buildReference(document, dist) {
  const { html, css } = await render(withoutHead(document));
  const style = `reference-${hash(css)}.css`;
  await mkdir(join(dist, 'reference'), { recursive: true });
  await writeFile(join(dist, 'openapi.json'), JSON.stringify(document));
  await writeFile(join(dist, 'reference', style), css);
  await writeFile(join(dist, 'reference/index.html'), page(document.info.title, style, html));
}

async function render(document) {
  const store = await createStore(document, undefined, OPTIONS);
  const sheet = new ServerStyleSheet();
  const markup = renderToStaticMarkup(sheet.collectStyles(createElement(Redoc, { store })));
  const tags = sheet.getStyleTags();
  sheet.seal();
  const rules = tags.replace(/<\/?style[^>]*>/g, '');
  const attributes = new Map();
  const html = still(markup).replace(/ style="([^"]*)"/g, (_, style) => {
    if (!attributes.has(style)) attributes.set(style, `s${attributes.size}`);
    return ` data-style="${attributes.get(style)}"`;
  });
  const moved = [...attributes].map(([style, name]) => `[data-style="${name}"]{${style}}`);
  return { html, css: `${rules}${moved.join('')}${STYLES}` };
}

/** The markup without what needs a script: its controls become text, the menu's entries links. */
function still(html) {
  const menu = html.indexOf('redoc-wrap');
  const content = html.indexOf('api-content');
  return (
    html.slice(0, menu) + stillMenu(html.slice(menu, content)) + stillContent(html.slice(content))
  );
}

function stillMenu(html) {
  return html
    .replace(/<svg.*?<\/svg>/gs, '')
    .replace(
      /(<li[^>]* data-item-id="([^"]+)"[^>]*>)<label([^>]*)>(.*?)<\/label>/g,
      '$1<a href="#$2"$3>$4</a>',
    )
    .replace(/ (?:role|tabindex|depth|width|type|aria-expanded|aria-label)="[^"]*"/g, '');
}

function stillContent(html) {
  return html
    .replace(/ html="[^"]*"/g, '')
    .replace(/<svg[^>]* viewBox="0 0 24 24".*?<\/svg>/gs, '')
    .replace(/<div tabindex="0" role="button">/g, '<div>')
    .replace(/<li[^>]* role="tab"[^>]* aria-selected="false".*?<\/li>/g, '')
    .replace(/<div class="react-tabs__tab-panel" role="tabpanel"[^>]*><\/div>/g, '')
    .replace(/<button([^>]*)>(.*?)<\/button>/gs, (_, attributes, label) => {
      if (!label || label.includes('>Copy<') || /^(?:Expand|Collapse) all$/.test(label.trim()))
        return '';
      const [style = ''] = attributes.match(/ class="[^"]*"/) ?? [];
      const tag = label.includes('<div') ? 'div' : 'span';
      return `<${tag}${style}>${label}</${tag}>`;
    });
}

/** The document without HEAD, which each GET implies, so that the page has every operation once. */
function withoutHead(document) {
  const paths = Object.entries(document.paths).map(([path, { head: _, ...methods }]) => [
    path,
    methods,
  ]);
  return { ...document, paths: Object.fromEntries(paths) };
}

function page(title, style, html) {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>${title} API</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="${style}" />
  </head>
  <body>${html}</body>
</html>
`;
}

function hash(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase();
}
